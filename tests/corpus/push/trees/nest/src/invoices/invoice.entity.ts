import { Column, Entity, JoinColumn, ManyToOne } from 'typeorm';
import { BaseEntity } from '../common/base.entity';
import { User } from '../users/user.entity';

@Entity('invoices')
export class Invoice extends BaseEntity {
  @ManyToOne(() => User, (user) => user.invoices, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id' })
  user!: User;

  @Column({ name: 'user_id' })
  userId!: string;

  @Column('numeric', { precision: 12, scale: 2 })
  amount!: string;

  @Column({ type: 'text', nullable: true })
  note?: string | null;
}
