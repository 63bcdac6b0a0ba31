import { type Edit, entity, has, lacks, revert, rewrite, without } from './edit'

const at = (zone: string) => [
  ...['created_at', 'updated_at', 'deleted_at'].flatMap((column) => [
    '--using',
    `customer.${column}=${column} AT TIME ZONE '${zone}'`,
  ]),
  ...['--using', `orders.placed_at=placed_at AT TIME ZONE '${zone}'`],
]

/** The last twenty. */
export const yearThree: readonly Edit[] = [
  {
    title: 'orders have states',
    changes: [
      has('Order', {
        state: "@Column('enum', { enum: ['new', 'paid', 'shipped'], default: 'new' })",
      }),
    ],
    answers: [
      '--using',
      "orders.state=(CASE WHEN state = 'paid' THEN 'paid' ELSE 'new' END)::orders_state_enum",
    ],
    holds: ["SELECT count(*) = 4 FROM orders WHERE state = 'new'"],
  },
  {
    title: 'kinds are channels',
    changes: [rewrite('contact_kind', 'contact_channel', 'Contact')],
    answers: ['--rename', 'contact_kind:contact_channel'],
  },
  {
    title: 'moments have a time zone',
    changes: [
      rewrite("'timestamp'", "'timestamptz'", 'Customer'),
      rewrite("'timestamp'", "'timestamptz'", 'Order'),
    ],
    answers: at('Europe/Vilnius'),
  },
  {
    title: 'countries in any case',
    changes: [
      has('Country', { name: "@Column('citext', { unique: true })" }),
      rewrite("'char', { length: 4 }", "'varchar', { length: 19, nullable: true }", 'CardPayment'),
    ],
  },
  {
    title: 'notices are seen or not',
    changes: [has('Notice', { seen: "@Column('boolean', { default: false })" })],
    answers: ['--backfill', 'notice.seen=false'],
    online: true,
  },
  {
    title: 'guests may order',
    changes: [has('Order', { customer: '@ManyToOne(() => Customer)' })],
  },
  {
    title: 'who goes takes everything along',
    changes: [
      has('Notice', { customer: "@ManyToOne(() => Customer, { onDelete: 'CASCADE' })" }),
      has('Order', { customer: "@ManyToOne(() => Customer, { onDelete: 'SET NULL' })" }),
      has('Person', { manager: "@ManyToOne(() => Person, { onDelete: 'SET NULL', onUpdate: 'CASCADE' })" }), // oxfmt-ignore
    ],
    online: true,
  },
  {
    title: 'products of a line may come later',
    changes: [
      has('OrderLine', {
        product: "@ManyToOne(() => Product, { nullable: false, deferrable: 'INITIALLY DEFERRED' })",
      }),
    ],
  },
  {
    title: 'indexes of what is active',
    changes: [
      rewrite("@Index(['category', 'name'])", "@Index('product_active', ['category', 'name'], { where: 'active' })", 'Product'), // oxfmt-ignore
      rewrite("@Index(['due'])", "@Index('invoice_open', ['due'], { where: 'sent_at IS NULL' })", 'Invoice'), // oxfmt-ignore
    ],
    online: true,
  },
  {
    title: 'goods are stored elsewhere',
    changes: [without('Stock', 'Warehouse')],
  },
  {
    title: 'products have no category',
    changes: [
      lacks('Product', 'category'),
      rewrite("@Index('product_active', ['category', 'name'], { where: 'active' })", "@Index('product_active', ['name'], { where: 'active' })", 'Product'), // oxfmt-ignore
      lacks('ActiveProduct', 'category_id'),
      rewrite(', category_id', '', 'ActiveProduct'),
    ],
  },
  {
    title: 'what things mean',
    changes: [
      rewrite("@Entity('orders')", "@Entity('orders', { comment: 'What customers order' })"),
      has('Customer', { prefs: `@Column('jsonb', { default: {}, comment: "what they don't like" })` }), // oxfmt-ignore
    ],
    online: true,
  },
  {
    title: 'other defaults',
    changes: [
      has('Order', { channel: "@Column('varchar', { length: 20, default: 'shop' })" }),
      has('Customer', { labels: "@Column('text', { array: true, default: ['new', 'a b'] })" }),
      has('Setting', { value: "@Column('jsonb', { default: { on: true } })" }),
    ],
    online: true,
  },
  {
    title: 'several may be absent at once',
    changes: [rewrite('"during" WITH &&', '"person_id" WITH =, "during" WITH &&', 'Absence')],
  },
  {
    title: 'prices change with time',
    changes: [
      entity('ProductPrice', {
        is: "@Entity({ schema: 'billing' }) @Unique(['product', 'since'])",
        has: {
          id: "@PrimaryGeneratedColumn('identity')",
          product: "@ManyToOne(() => Product, { nullable: false, onDelete: 'CASCADE' })",
          since: "@Column('date')",
          amount: "@Column('numeric', { precision: 14, scale: 2 })",
        },
      }),
      lacks('Product', 'gross'),
    ],
  },
  {
    title: 'countries are names',
    changes: [
      without('Country'),
      lacks('Customer', 'country'),
      has('Customer', { country: "@Column('varchar', { length: 60, nullable: true })" }),
    ],
  },
  {
    title: 'the audit has a payload',
    changes: [
      lacks('AuditEntry', 'kind'),
      rewrite(" @Index(['kind', 'at'])", '', 'AuditEntry'),
      rewrite(/^what$/g, 'payload', 'AuditEntry'),
      rewrite("'jsonb'", "'json'", 'AuditEntry'),
    ],
    answers: ['--rename', 'audit_entry.what:payload'],
    holds: ["SELECT count(*) = 4 FROM audit_entry WHERE payload ->> 'n' <> ''"],
  },
  {
    title: 'identities instead of serials',
    changes: [
      has('Tag', { id: "@PrimaryGeneratedColumn('identity', { generatedIdentity: 'BY DEFAULT' })" }), // oxfmt-ignore
      has('Product', { id: "@PrimaryGeneratedColumn('identity', { generatedIdentity: 'BY DEFAULT' })" }), // oxfmt-ignore
    ],
    online: true,
  },
  {
    title: 'a last sprint',
    changes: [
      entity('Supplier', {
        is: '@Entity()',
        has: {
          id: "@PrimaryGeneratedColumn('uuid')",
          name: "@Column('varchar', { length: 90 })",
          rating: "@Column('enum', { enum: ['good', 'poor'], nullable: true })",
        },
      }),
      has('Product', { supplier: '@ManyToOne(() => Supplier)' }),
      has('Product', { ean: "@Column('char', { length: 13, nullable: true, unique: true })" }),
      lacks('Product', 'keywords'),
      has('Employee', { grade: "@Column('smallint', { default: 1 })" }),
      has('Intern', { school: "@Column('varchar', { length: 120 })" }),
      has('Invoice', { due: "@Column('timestamptz', { nullable: true })" }),
      has('Order', { lines: "@Column('int', { default: 0 })" }),
      rewrite("'paid', 'shipped'", "'paid', 'packed', 'shipped'", 'Order'),
      rewrite("@Entity('orders'", "@Index(['state']) @Entity('orders'", 'Order'),
    ],
    answers: ['--using', "billing.invoice.due=due::timestamp AT TIME ZONE 'UTC'"],
    online: true,
  },
  {
    title: 'the last sprint is taken back',
    changes: revert,
    answers: [
      ...['--map', 'orders_state_enum.packed='],
      ...['--using', "billing.invoice.due=(due AT TIME ZONE 'UTC')::date"],
      ...['--using', 'person.school='],
    ],
  },
]
