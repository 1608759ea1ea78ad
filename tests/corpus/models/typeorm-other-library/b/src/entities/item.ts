import { Entity, Property } from "@mikro-orm/core";

@Entity()
export class Item {
  @Property()
  name: string;
}
