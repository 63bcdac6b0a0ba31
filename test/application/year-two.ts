import { type Edit, entity, has, lacks, rewrite, without } from './edit'

const uuid = "@PrimaryGeneratedColumn('uuid')"
const viewOf = (is: string, ...columns: readonly string[]) => ({
  is,
  has: Object.fromEntries(columns.map((name) => [name, '@ViewColumn()'])),
})

/** The next twenty: another naming strategy, views, generated columns, inheritance, keys. */
export const yearTwo: readonly Edit[] = [
  {
    title: 'another sprint',
    changes: [
      has('Order', { rush: "@Column('boolean', { default: false })" }),
      has('Invoice', { sentAt: "@Column('timestamptz', { nullable: true })" }),
      rewrite("{ schema: 'billing' })", "{ schema: 'billing' }) @Index(['due'])", 'Invoice'),
      has('Notice', { body: "@Column('varchar', { length: 2000 })" }),
      has('Tag', { word: "@Column('citext', { unique: true })" }),
      has('Person', { birthday: "@Column('date', { nullable: true })" }),
    ],
    answers: ['--using', 'notice.body='],
    online: true,
  },
  {
    title: 'names in snake case',
    changes: [
      (application) => void (application.naming = 'SnakeNaming'),
      rewrite('"firstName"', 'first_name'),
      rewrite('"lastName"', 'last_name'),
      rewrite('"customerId"', 'customer_id'),
      rewrite('"orderId"', 'order_id'),
      rewrite('"placedAt"', 'placed_at'),
    ],
    answers: ['--rename-style'],
    holds: ['SELECT count(created_at) = 4 FROM customer'],
  },
  {
    title: 'active products have a category',
    changes: [
      entity(
        'ActiveProduct',
        viewOf(
          "@ViewEntity({ expression: 'SELECT id, sku, name, price, category_id FROM product WHERE active' })",
          ...['id', 'sku', 'name', 'price', 'category_id'],
        ),
      ),
    ],
  },
  {
    title: 'sales by quarter',
    changes: [rewrite("'month'", "'quarter'", 'MonthlySales')],
  },
  {
    title: 'sales are found by their month',
    changes: [
      rewrite('@ViewEntity', "@Index(['month'], { unique: true }) @ViewEntity", 'MonthlySales'),
      has('MonthlySales', { month: '@ViewColumn()' }),
    ],
  },
  {
    title: 'higher prices',
    changes: [rewrite('precision: 10', 'precision: 14', 'Product')],
    online: true,
  },
  {
    title: 'another tax',
    changes: [rewrite('1.19', '1.2', 'Product')],
  },
  {
    title: 'full names are made by the application',
    changes: [lacks('Person', 'fullName')],
  },
  {
    title: 'entries of the audit have a kind',
    changes: [
      has('AuditEntry', {
        kind: `@Column('text', { generatedType: 'STORED', asExpression: "what ->> 'kind'", nullable: true })`,
      }),
      rewrite("@Index(['at'])", "@Index(['at']) @Index(['kind', 'at'])", 'AuditEntry'),
    ],
  },
  {
    title: 'keywords are a list',
    changes: [has('Product', { keywords: "@Column('text', { array: true, nullable: true })" })],
    answers: ['--using', "product.keywords=string_to_array(keywords, ' ')"],
    holds: ["SELECT count(*) = 3 FROM product WHERE keywords[1] = 'Ärger'"],
  },
  {
    title: 'attributes are jsonb',
    changes: [has('Product', { attributes: "@Column('jsonb', { nullable: true })" })],
  },
  {
    title: 'interns',
    changes: [
      entity('Intern', {
        is: '@ChildEntity()',
        extends: 'Person',
        has: {
          school: "@Column('varchar', { length: 60 })",
          mentor: '@ManyToOne(() => Employee)',
          until: "@Column('date', { nullable: true })",
        },
      }),
    ],
    online: true,
  },
  {
    title: 'no contractors any more',
    changes: [without('Contractor')],
  },
  {
    title: 'payments have a currency',
    changes: [
      has('Payment', {
        currency: "@Column('char', { length: 3, default: 'EUR' })",
        remark: "@Column('text', { nullable: true })",
      }),
    ],
    online: true,
  },
  {
    title: 'payments are one table',
    changes: [
      ({ entities }) => {
        entities['Payment']!.is =
          "@Entity({ schema: 'billing' }) @TableInheritance({ column: { type: 'varchar', name: 'type' } })"
        entities['CardPayment']!.is = '@ChildEntity()'
        entities['TransferPayment']!.is = '@ChildEntity()'
      },
    ],
  },
  {
    title: 'several people sell',
    changes: [
      lacks('Order', 'seller'),
      has('Order', { sellers: '@ManyToMany(() => Person) @JoinTable()' }),
    ],
    holds: ['SELECT count(*) = 3 FROM orders_sellers_person'],
  },
  {
    title: 'skills have a level',
    changes: [
      lacks('Person', 'skills'),
      entity('PersonSkill', {
        is: "@Entity('person_skills_skill')",
        has: {
          person_id: "@PrimaryColumn('int') @Index()",
          skill_id: "@PrimaryColumn('int') @Index()",
          level: "@Column('smallint', { default: 1 })",
          person: "@ManyToOne(() => Person, { onDelete: 'CASCADE', onUpdate: 'CASCADE' })",
          skill: "@ManyToOne(() => Skill, { onDelete: 'CASCADE' })",
        },
      }),
    ],
    online: true,
    holds: ['SELECT count(*) = 4 FROM person_skills_skill'],
  },
  {
    title: 'stock is counted by lot',
    changes: [has('Stock', { lot: "@PrimaryColumn('varchar', { length: 8 })" })],
    answers: ['--backfill', "stock.lot=''"],
  },
  {
    title: 'skills have uuids',
    changes: [
      has('Skill', { id: uuid }),
      has('PersonSkill', { skill_id: "@PrimaryColumn('uuid') @Index()" }),
    ],
    answers: [
      ...['--using', "skill.id=md5('skill' || id)::uuid"],
      ...['--using', "person_skills_skill.skill_id=md5('skill' || skill_id)::uuid"],
    ],
    holds: ['SELECT count(*) = 4 FROM person_skills_skill JOIN skill ON skill_id = id'],
  },
  {
    title: 'the status of invoices is a table',
    changes: [
      entity('InvoiceStatus', {
        is: "@Entity({ schema: 'billing' })",
        has: {
          id: "@PrimaryGeneratedColumn('identity')",
          name: "@Column('varchar', { unique: true })",
        },
      }),
      lacks('Invoice', 'status'),
      has('Invoice', { status: '@ManyToOne(() => InvoiceStatus, { nullable: false })' }),
    ],
    holds: ['SELECT count(*) = 4 FROM billing.invoice JOIN billing.invoice_status s ON s.id = status_id'], // oxfmt-ignore
  },
]
