const { EntitySchema } = require("typeorm");

const Category = new EntitySchema({
  name: "Category",
  tableName: "categories",
  columns: {
    id: { type: Number, primary: true, generated: true },
    title: { type: String, length: 60 },
  },
  indices: [{ name: "ix_title", columns: ["title"] }],
});

module.exports = { Category };
