import { applyDecorators } from "@nestjs/common";
import { IsOptional } from "class-validator";
import { Column } from "typeorm";

export function Note() {
  return applyDecorators(Column({ type: "text", nullable: true }), IsOptional());
}
