import { EntitySchema } from "typeorm";

export const CategorySchema = new EntitySchema({
  name: "Category",
  tableName: "categories",
  columns: {
    id: { type: Number, primary: true, generated: true },
    title: { type: String, length: 90 },
    slug: { type: "varchar", unique: true, nullable: true },
    createdAt: { type: "timestamp with time zone", createDate: true },
  },
  relations: {
    parent: { type: "many-to-one", target: "Category", joinColumn: { name: "parent_id" } },
  },
  indices: [{ name: "ix_title", columns: ["title"] }],
});
