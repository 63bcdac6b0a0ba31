import { type Edit, entity, has, lacks, renamed, revert, rewrite } from './edit'

const identity = "@PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' })"

/** The first twenty changes, in the names that TypeORM gives. */
export const yearOne: readonly Edit[] = [
  {
    title: 'customers have a nickname',
    changes: [has('Customer', { nick: "@Column('varchar', { length: 40, nullable: true })" })],
  },
  {
    title: 'contacts are found by their value',
    changes: [rewrite('@Entity()', "@Entity() @Index(['value'])", 'Contact')],
    online: true,
  },
  {
    title: 'orders have a channel',
    changes: [has('Order', { channel: "@Column('varchar', { length: 10, default: 'web' })" })],
    online: true,
  },
  {
    title: 'products have a weight',
    changes: [has('Product', { weight: "@Column('int')" })],
    answers: ['--backfill', 'product.weight=0'],
    holds: ['SELECT bool_and(weight = 0) FROM product'],
  },
  {
    title: 'the nickname is an alias',
    changes: [rewrite(/^nick$/g, 'alias', 'Customer')],
    answers: ['--rename', 'customer.nick:alias'],
    holds: ['SELECT count(alias) = 3 FROM customer'],
  },
  {
    title: 'longer names',
    changes: [rewrite('80', '200', 'Product'), rewrite('80', '120', 'Skill')],
    online: true,
  },
  {
    title: 'more orders than an integer counts',
    changes: [
      has('Order', { id: "@PrimaryGeneratedColumn({ type: 'bigint' })" }),
      has('OrderLine', { orderId: "@PrimaryColumn('bigint')" }),
    ],
  },
  {
    title: 'customers may try',
    changes: [rewrite("'lead', 'active'", "'lead', 'trial', 'active'", 'Customer')],
    online: true,
  },
  {
    title: 'no fax any more',
    changes: [rewrite(", 'fax'", '', 'Contact')],
    answers: ['--map', 'contact_kind.fax=phone'],
    holds: ["SELECT count(*) = 4 FROM contact WHERE kind IN ('phone', 'mail')"],
  },
  {
    title: 'a sprint',
    changes: [
      has('Customer', { vat: "@Column('varchar', { length: 14, nullable: true, unique: true })" }),
      has('Warehouse', { code: "@Column('char', { length: 3, nullable: true })" }),
      rewrite('@Entity()', "@Entity() @Index(['code'], { unique: true })", 'Warehouse'),
      has('Setting', { changedAt: "@UpdateDateColumn({ type: 'timestamptz' })" }),
      has('Notice', { sent: "@Column('timestamptz', { array: true, default: [] })" }),
      has('AuditEntry', { person: "@ManyToOne(() => Person, { onDelete: 'SET NULL' })" }),
      entity('Vehicle', {
        is: "@Entity({ schema: 'hr', comment: 'Cars, and the van' })",
        has: {
          plate: "@PrimaryColumn('varchar', { length: 12 })",
          driver: '@OneToOne(() => Person) @JoinColumn()',
          power: "@Column('int', { comment: 'in kW' })",
        },
      }),
      lacks('Product', 'size'),
    ],
  },
  { title: 'the sprint was a mistake', changes: revert },
  {
    title: 'somebody approves orders',
    changes: [has('Order', { approver: "@ManyToOne(() => Person, { onDelete: 'SET NULL' })" })],
    online: true,
  },
  {
    title: 'a contact once a customer',
    changes: [rewrite('@Entity()', "@Entity() @Unique(['customer', 'kind', 'value'])", 'Contact')],
    online: true,
  },
  {
    title: 'customers have names',
    changes: [rewrite('@Entity()', "@Entity() @Check('name_given', `name <> ''`)", 'Customer')],
  },
  {
    title: 'lines of orders are sane',
    changes: [
      rewrite('@Entity()', "@Entity() @Check('sane', 'quantity > 0 AND price >= 0')", 'OrderLine'),
    ],
    online: true,
  },
  {
    title: 'addresses are a table of their own',
    changes: [
      lacks('Customer', 'street', 'city'),
      entity('Address', {
        is: '@Entity()',
        has: {
          customerId: "@PrimaryColumn('uuid')",
          customer: "@OneToOne(() => Customer, { onDelete: 'CASCADE' }) @JoinColumn()",
          street: "@Column('varchar', { nullable: true })",
          city: "@Column('varchar', { nullable: true })",
        },
      }),
    ],
    holds: ['SELECT count(city) = 3 FROM address'],
  },
  {
    title: 'settings are configuration',
    changes: [rewrite('@Entity()', "@Entity({ schema: 'config' })", 'Setting')],
    answers: ['--rename', 'setting:config.setting'],
    holds: ['SELECT count(*) = 4 FROM config.setting'],
  },
  {
    title: 'teams are squads',
    changes: [
      renamed('Team', 'Squad'),
      rewrite(/^team$/g, 'squad', 'Person'),
      has('Squad', { id: identity }),
    ],
    answers: ['--rename', 'team:squad', '--rename', 'person.teamId:squadId'],
    holds: ['SELECT count(*) = 3 FROM squad JOIN person ON "squadId" = squad.id'],
  },
  {
    title: 'categories know their ancestors',
    changes: [rewrite('materialized-path', 'closure-table', 'Category')],
  },
  {
    title: 'folders are a nested set',
    changes: [rewrite('closure-table', 'nested-set', 'Folder')],
  },
]
