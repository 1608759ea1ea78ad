import { Exclude } from 'class-transformer';
import { Column, Entity, Index, OneToMany } from 'typeorm';
import { BaseEntity } from '../common/base.entity';
import { Invoice } from '../invoices/invoice.entity';

export enum UserRole {
  Member = 'member',
  Admin = 'admin',
}

@Entity({ name: 'users' })
export class User extends BaseEntity {
  @Index('idx_users_email', { unique: true })
  @Column({ type: 'varchar', length: 255 })
  email!: string;

  @Exclude()
  @Column({ name: 'password_hash' })
  passwordHash!: string;

  @Column({ type: 'enum', enum: UserRole, enumName: 'user_role', default: UserRole.Member })
  role!: UserRole;

  @OneToMany(() => Invoice, (invoice) => invoice.user)
  invoices!: Invoice[];

  get isAdmin(): boolean {
    return this.role === UserRole.Admin;
  }
}
