"use strict";
// fastify with schemas, which is how it validates bodies and writes answers quickly.

const fastify = require("fastify");
const serveStatic = require("@fastify/static");

const scenario = process.env.BENCH_SCENARIO;
const app = fastify({ logger: false, bodyLimit: 16 * 1024 * 1024 });
const string = { type: "string" };
const integer = { type: "integer" };
const number = { type: "number" };

function object(properties) {
  return { type: "object", properties, required: Object.keys(properties) };
}

function answers(schema) {
  return { response: { 200: schema } };
}

const found = object({ category: integer, name: string, price: number, page: integer, query: string });
const order = object({
  name: string,
  price: number,
  quantity: integer,
  tags: { type: "array", items: string },
  address: object({ street: string, city: string }),
  express: { type: "boolean" },
});
const item = object({ id: integer, name: string, quantity: integer });

app.register(serveStatic, { root: process.env.BENCH_STATIC, prefix: "/static/" });
app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (request, body, done) => done(null, body));

app.get("/text", async () => "Hello, World!");
app.get("/json", { schema: answers(object({ message: string })) }, async () => ({ message: "Hello, World!" }));
app.get(
  "/items/:category/:name/:price",
  {
    schema: {
      params: object({ category: integer, name: string, price: number }),
      querystring: object({ page: integer, query: string }),
      ...answers(found),
    },
  },
  async ({ params, query }) => ({
    category: params.category,
    name: params.name,
    price: params.price,
    page: query.page,
    query: query.query,
  }),
);
app.post("/orders", { schema: { body: order, ...answers(order) } }, async (request) => request.body);
app.post("/upload", async (request) => String(request.body.length));

function mark(name) {
  return async (request, reply) => {
    reply.header(name, "1");
  };
}
app.get("/middleware", { preHandler: ["x-first", "x-second", "x-third"].map(mark) }, async () => "Hello, World!");

async function main() {
  if (scenario === "postgres") {
    const { Pool } = require("pg");
    const pool = new Pool({ connectionString: process.env.BENCH_POSTGRES, max: 16 });
    app.get("/postgres/:id", { schema: { params: object({ id: integer }), ...answers(item) } }, async (request) => {
      const query = { name: "row", text: "SELECT id, name, quantity FROM items WHERE id = $1", values: [request.params.id] };
      return (await pool.query(query)).rows[0];
    });
  }
  await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
}

main();
