import { type Edit, entity, has, lacks, renamed, revert, rewrite, without } from './edit'

/** What else happens to an application: several things at once to what much depends on. */
export const wilder: readonly Edit[] = [
  {
    title: 'shipments of lines',
    changes: [
      entity('Shipment', {
        is: "@Entity({ schema: 'hr' })",
        has: {
          id: "@PrimaryGeneratedColumn('uuid')",
          line: "@ManyToOne(() => OrderLine, { nullable: false }) @JoinColumn([{ name: 'lineOrder', referencedColumnName: 'orderId' }, { name: 'lineNumber', referencedColumnName: 'number' }])",
          weights: "@Column('int', { array: true, default: [1, 2] })",
          sentAt: "@Column('timestamptz', { precision: 3, nullable: true })",
        },
      }),
      has('Person', { friends: '@ManyToMany(() => Person) @JoinTable()' }),
    ],
  },
  {
    title: 'shipments are deliveries elsewhere, with larger numbers',
    changes: [
      renamed('Shipment', 'Delivery'),
      rewrite("schema: 'hr'", "schema: 'logistics'", 'Delivery'),
      rewrite(/^sentAt$/g, 'leftAt', 'Delivery'),
      rewrite('precision: 3', 'precision: 0', 'Delivery'),
      rewrite("'int'", "'bigint'", 'Delivery'),
      has('OrderLine', { number: "@PrimaryColumn('int')" }),
    ],
    answers: [
      ...['--rename', 'hr.shipment:logistics.delivery', '--rename', 'hr.shipment.sentAt:leftAt'],
      ...['--using', 'logistics.delivery.leftAt='],
    ],
    holds: ['SELECT count("leftAt") = 3 FROM logistics.delivery'],
  },
  {
    title: 'that was too much',
    changes: revert,
    answers: [
      ...[
        '--rename',
        'logistics.delivery:hr.shipment',
        '--rename',
        'logistics.delivery.leftAt:sentAt',
      ],
      ...[
        '--using',
        'order_line.number=',
        '--using',
        'hr.shipment.lineNumber=',
        '--using',
        'hr.shipment.weights=',
      ],
    ],
  },
  {
    title: 'codes of countries are longer',
    changes: [has('Country', { code: "@PrimaryColumn('varchar', { length: 3 })" })],
  },
  {
    title: 'people have uuids',
    changes: [has('Person', { id: "@PrimaryGeneratedColumn('uuid')" })],
    answers: ['--using', "person.id=lpad(to_hex(id), 32, '0')::uuid"],
    holds: ['SELECT count(*) = 3 FROM person a JOIN person b ON a."managerId" = b.id'],
  },
  {
    title: 'a moderator, and states renamed',
    changes: [
      has('Customer', {
        status:
          "@Column('enum', { enum: ['gone', 'prospect', 'active', 'vip'], default: 'prospect', enumName: 'customer_state' })",
      }),
      has('Notice', {
        channels:
          "@Column('enum', { enum: ['push', 'mail'], array: true, default: ['push', 'mail'] })",
      }),
    ],
    answers: [
      ...[
        '--rename',
        'customer_status_enum.lead:prospect',
        '--rename',
        'customer_status_enum.left:gone',
      ],
      ...['--rename', 'notice_channels_enum.app:push', '--map', 'notice_channels_enum.sms=mail'],
    ],
    holds: ["SELECT count(*) = 2 FROM customer WHERE status = 'gone' OR status = 'prospect'"],
  },
  {
    title: 'views of views',
    changes: [
      entity('BigCustomer', {
        is: `@ViewEntity({ schema: 'report', dependsOn: ['CustomerTotal'], materialized: true, expression: 'SELECT id, name FROM report.customer_total WHERE orders > 1' }) @Index(['id'], { unique: true })`,
        has: { id: '@ViewColumn()', name: '@ViewColumn()' },
      }),
      entity('BigNames', {
        is: `@ViewEntity({ dependsOn: ['BigCustomer'], expression: 'SELECT upper(name) AS name FROM report.big_customer' })`,
        has: { name: '@ViewColumn()' },
      }),
    ],
  },
  {
    title: 'customers have titles instead of names',
    changes: [
      rewrite(/^name$/g, 'title', 'Customer'),
      rewrite("['name']", "['title']", 'Customer'),
      rewrite('length: 80', 'length: 100', 'Customer'),
      rewrite('c.name', 'c.title', 'CustomerTotal'),
      rewrite(/^name$/g, 'title', 'CustomerTotal'),
      rewrite('name FROM', 'title AS name FROM', 'BigCustomer'),
    ],
    answers: ['--rename', 'customer.name:title'],
    holds: ['SELECT count(title) = 4 FROM customer'],
  },
  {
    title: 'names again',
    changes: revert,
    answers: ['--rename', 'customer.title:name', '--using', 'customer.name='],
  },
  {
    title: 'full names are stored, prices rounded',
    changes: [
      has('Person', { fullName: "@Column('text', { default: '' })" }),
      has('Product', {
        price: "@Column('int')",
        gross:
          "@Column('numeric', { nullable: true, generatedType: 'STORED', asExpression: 'price * 2' })",
      }),
    ],
    answers: ['--using', 'product.price=round(price)::int'],
    holds: [`SELECT bool_and("fullName" = "firstName" || ' ' || "lastName") FROM person`],
  },
  {
    title: 'staff, partners and people of no kind',
    changes: [
      rewrite(
        "@Entity() @TableInheritance({ column: { type: 'varchar', name: 'kind' } })",
        '@Entity()',
        'Person',
      ),
      ({ entities }) => {
        entities['Employee']!.is = '@Entity()'
        entities['Contractor']!.is = '@Entity()'
      },
    ],
  },
  {
    title: 'one table of people again',
    changes: revert,
    answers: ['--backfill', "person.kind='Person'"],
  },
  {
    title: 'names for keys',
    changes: [
      has('Tag', {
        id: "@PrimaryGeneratedColumn({ primaryKeyConstraintName: 'tag_key' })",
        word: "@Column('varchar')",
      }),
      rewrite('@Entity()', "@Entity() @Index('tag_word', ['word'], { unique: true })", 'Tag'),
      has('Stock', {
        product:
          "@ManyToOne(() => Product, { onDelete: 'CASCADE' }) @JoinColumn({ foreignKeyConstraintName: 'stock_of' })",
        quantity: "@Column('bigint', { default: 5 })",
      }),
      has('AuditEntry', { id: "@PrimaryGeneratedColumn('uuid')" }),
    ],
    answers: ['--using', 'audit_entry.id=md5(id::text)::uuid'],
    online: true,
  },
  {
    title: 'nobody is absent any more',
    changes: [without('Absence', 'Shipment')],
  },
  {
    title: 'absent again',
    changes: revert,
  },
  {
    title: 'friends are known',
    changes: [
      lacks('Person', 'friends'),
      has('Person', {
        friends:
          "@ManyToMany(() => Person) @JoinTable({ name: 'knows', joinColumn: { name: 'one' }, inverseJoinColumn: { name: 'other' } })",
      }),
    ],
    answers: [
      '--rename',
      'person_friends_person:knows',
      '--rename',
      'person_friends_person.personId_1:one',
      '--rename',
      'person_friends_person.personId_2:other',
    ],
    holds: ['SELECT count(*) = 4 FROM knows'],
  },
  {
    title: 'kinds of contacts are texts',
    changes: [
      has('Contact', {
        kind: "@Column('varchar', { length: 8, default: 'phone' })",
        customer: "@ManyToOne(() => Customer, { onDelete: 'SET NULL' })",
      }),
      has('Notice', {
        channels: "@Column('text', { array: true, nullable: true })",
        body: "@Column('jsonb')",
      }),
      has('Setting', { value: "@Column('text', { nullable: true })" }),
    ],
    answers: ['--using', 'notice.body=to_jsonb(body)', '--using', 'contact.kind='],
  },
  {
    title: 'and enums again',
    changes: revert,
    answers: [
      ...['--using', 'notice.body=body::text', '--using', 'setting.value=value::jsonb'],
      ...[
        '--backfill',
        "setting.value='{}'",
        '--backfill',
        "notice.channels='{}'",
        '--backfill',
        'contact.customerId=',
      ],
    ],
  },
  {
    title: 'a country by its name',
    changes: [
      has('Country', {
        id: "@PrimaryGeneratedColumn('identity')",
        code: "@Column('varchar', { length: 3, unique: true })",
      }),
    ],
  },
  {
    title: 'orders of the year are archived',
    changes: [
      entity('Archive', {
        is: "@Entity({ schema: 'archive' })",
        has: { id: "@PrimaryColumn('int')", doc: "@Column('jsonb')" },
      }),
      lacks('Order', 'remark'),
      rewrite("['customer', 'placedAt']", "['placedAt']", 'Order'),
      has('Order', {
        customer:
          '@ManyToOne(() => Customer, { nullable: false, createForeignKeyConstraints: false })',
      }),
    ],
    online: true,
  },
]
