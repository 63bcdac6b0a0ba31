import type { Application, EntityText } from './application'

const identity = "@PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' })"
const serial = '@PrimaryGeneratedColumn()'
const uuid = "@PrimaryGeneratedColumn('uuid')"
const name = "@Column('varchar', { length: 80 })"
const note = "@Column('text', { nullable: true })"

const people: Record<string, EntityText> = {
  Country: { is: '@Entity()', has: { code: "@PrimaryColumn('char', { length: 2 })", name } },
  Customer: {
    is: "@Entity() @Index(['name'])",
    has: {
      id: uuid,
      email: "@Column('citext', { unique: true })",
      name,
      status: "@Column('enum', { enum: ['lead', 'active', 'left'], default: 'lead' })",
      labels: "@Column('text', { array: true, default: [] })",
      prefs: "@Column('jsonb', { default: {} })",
      street: "@Column('varchar', { nullable: true })",
      city: "@Column('varchar', { nullable: true })",
      country: '@ManyToOne(() => Country)',
      createdAt: "@CreateDateColumn({ type: 'timestamp' })",
      updatedAt: "@UpdateDateColumn({ type: 'timestamp' })",
      deletedAt: "@DeleteDateColumn({ type: 'timestamp' })",
    },
  },
  Contact: {
    is: '@Entity()',
    has: {
      id: serial,
      customer: "@ManyToOne(() => Customer, { nullable: false, onDelete: 'CASCADE' })",
      kind: "@Column('enum', { enum: ['phone', 'mail', 'fax'], enumName: 'contact_kind' })",
      value: "@Column('varchar', { length: 120 })",
    },
  },
  Person: {
    is: "@Entity() @TableInheritance({ column: { type: 'varchar', name: 'kind' } })",
    has: {
      id: identity,
      firstName: name,
      lastName: name,
      fullName: `@Column('text', { generatedType: 'STORED', asExpression: '"firstName" || \\' \\' || "lastName"' })`,
      manager: '@ManyToOne(() => Person)',
      team: '@ManyToOne(() => Team)',
      skills: '@ManyToMany(() => Skill) @JoinTable()',
    },
  },
  Employee: {
    is: '@ChildEntity()',
    extends: 'Person',
    has: { salary: "@Column('numeric', { precision: 10, scale: 2 })", hired: "@Column('date')" },
  },
  Contractor: {
    is: '@ChildEntity()',
    extends: 'Person',
    has: { company: "@Column('varchar')", rate: "@Column('int', { default: 80 })" },
  },
  Team: { is: '@Entity()', has: { id: identity, name: "@Column('varchar', { unique: true })" } },
  Skill: { is: '@Entity()', has: { id: serial, title: name } },
  Absence: {
    is: `@Entity({ schema: 'hr' }) @Exclusion('absence_once', 'USING gist ("during" WITH &&)')`,
    has: {
      id: serial,
      person: "@ManyToOne(() => Person, { onDelete: 'CASCADE' })",
      during: "@Column('daterange')",
      reason: note,
    },
  },
}

const goods: Record<string, EntityText> = {
  Category: {
    is: "@Entity() @Tree('materialized-path')",
    has: { id: serial, name, parent: '@TreeParent()', children: '@TreeChildren()' },
  },
  Folder: {
    is: "@Entity() @Tree('closure-table')",
    has: { id: serial, title: name, parent: '@TreeParent()', children: '@TreeChildren()' },
  },
  Product: {
    is: "@Entity() @Index(['category', 'name']) @Check('product_price', 'price >= 0')",
    has: {
      id: serial,
      sku: "@Column('varchar', { length: 20, unique: true })",
      name,
      category: '@ManyToOne(() => Category, { nullable: false })',
      price: "@Column('numeric', { precision: 10, scale: 2 })",
      gross: "@Column('numeric', { generatedType: 'STORED', asExpression: 'price * 1.19' })",
      size: "@Column('int', { array: true, nullable: true })",
      attributes: "@Column('json', { nullable: true })",
      active: "@Column('boolean', { default: true })",
      keywords: "@Column('text', { nullable: true })",
      tags: '@ManyToMany(() => Tag) @JoinTable()',
    },
  },
  ProductText: {
    is: '@Entity()',
    has: {
      productId: "@PrimaryColumn('int')",
      language: "@PrimaryColumn('char', { length: 2 })",
      text: "@Column('text')",
      product: "@ManyToOne(() => Product, { onDelete: 'CASCADE' })",
    },
  },
  Tag: { is: '@Entity()', has: { id: serial, word: "@Column('varchar', { unique: true })" } },
  Warehouse: { is: '@Entity()', has: { id: serial, name, place: "@Column('point', { nullable: true })" } }, // oxfmt-ignore
  Stock: {
    is: "@Entity() @Check('stock_positive', 'quantity >= 0')",
    has: {
      productId: "@PrimaryColumn('int')",
      warehouseId: "@PrimaryColumn('int')",
      quantity: "@Column('int', { default: 0 })",
      product: '@ManyToOne(() => Product)',
      warehouse: '@ManyToOne(() => Warehouse)',
    },
  },
}

const payment = {
  id: uuid,
  amount: "@Column('numeric', { precision: 12, scale: 2 })",
  paidAt: "@Column('timestamptz', { default: () => 'now()' })",
  invoice: '@ManyToOne(() => Invoice, { nullable: false })',
}

const sales: Record<string, EntityText> = {
  Order: {
    is: "@Entity('orders') @Index(['customer', 'placedAt'])",
    has: {
      id: serial,
      customer: '@ManyToOne(() => Customer, { nullable: false })',
      seller: '@ManyToOne(() => Person)',
      placedAt: "@Column('timestamp')",
      state: "@Column('varchar', { length: 10, default: 'new' })",
      remark: note,
    },
  },
  OrderLine: {
    is: '@Entity()',
    has: {
      orderId: "@PrimaryColumn('int')",
      number: "@PrimaryColumn('smallint')",
      order: "@ManyToOne(() => Order, { onDelete: 'CASCADE' })",
      product: '@ManyToOne(() => Product, { nullable: false })',
      quantity: "@Column('int')",
      price: "@Column('numeric', { precision: 10, scale: 2 })",
    },
  },
  Invoice: {
    is: "@Entity({ schema: 'billing' })",
    has: {
      id: uuid,
      number: "@Column('varchar', { length: 12, unique: true })",
      order: '@OneToOne(() => Order, { nullable: false }) @JoinColumn()',
      status: "@Column('enum', { enum: ['draft', 'sent', 'paid'], default: 'draft' })",
      due: "@Column('date', { nullable: true })",
    },
  },
  Payment: { is: '', has: payment },
  CardPayment: {
    is: "@Entity({ schema: 'billing' })",
    extends: 'Payment',
    has: { digits: "@Column('char', { length: 4 })" },
  },
  TransferPayment: {
    is: "@Entity({ schema: 'billing' })",
    extends: 'Payment',
    has: { iban: "@Column('varchar', { length: 34 })" },
  },
}

const rest: Record<string, EntityText> = {
  AuditEntry: {
    is: "@Entity() @Index(['at'])",
    has: {
      id: "@PrimaryGeneratedColumn({ type: 'bigint' })",
      at: "@Column('timestamptz', { default: () => 'now()' })",
      what: "@Column('jsonb')",
    },
  },
  Setting: { is: '@Entity()', has: { key: "@PrimaryColumn('text')", value: "@Column('jsonb')" } },
  Notice: {
    is: '@Entity()',
    has: {
      id: identity,
      customer: '@ManyToOne(() => Customer)',
      channels: "@Column('enum', { enum: ['app', 'mail', 'sms'], array: true, default: ['app'] })",
      body: "@Column('text')",
      seen: "@Column('boolean', { nullable: true })",
    },
  },
  ActiveProduct: {
    is: "@ViewEntity({ expression: 'SELECT id, sku, name, price FROM product WHERE active' })",
    has: { id: '@ViewColumn()', sku: '@ViewColumn()', name: '@ViewColumn()', price: '@ViewColumn()' }, // oxfmt-ignore
  },
  CustomerTotal: {
    is: `@ViewEntity({ schema: 'report', expression: \`SELECT c.id, c.name, count(o.id) AS orders FROM customer c LEFT JOIN orders o ON o."customerId" = c.id GROUP BY c.id, c.name\` })`,
    has: { id: '@ViewColumn()', name: '@ViewColumn()', orders: '@ViewColumn()' },
  },
  MonthlySales: {
    is: `@ViewEntity({ schema: 'report', materialized: true, expression: \`SELECT date_trunc('month', o."placedAt") AS month, sum(l.quantity * l.price) AS total FROM orders o JOIN order_line l ON l."orderId" = o.id GROUP BY 1\` })`,
    has: { month: '@ViewColumn()', total: '@ViewColumn()' },
  },
}

/** A business with customers, people, goods and sales: 25 entities and 3 views in 4 schemas. */
export function firstVersion(): Application {
  return {
    naming: 'DefaultNamingStrategy',
    entities: structuredClone({ ...people, ...goods, ...sales, ...rest }),
  }
}
