/** Entities, each with something that differences have tripped over; as TypeScript without imports. */
export const shapes = String.raw`
enum Mood { Good = 'good', Bad = "it's bad", Dash = 'semi-bad', Comma = 'a, b' }
enum Level { Low = 1, High = 10 }

@Entity() export class JsonObject { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'jsonb', default: { b: [1, 2, { c: "it's" }], a: null } }) value!: object
  @Column('jsonb', { default: {} }) empty!: object
  @Column('json', { default: { z: 1, a: 2 } }) plain!: object }
@Entity() export class JsonArray { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'jsonb', default: [] }) none!: object
  @Column({ type: 'jsonb', default: ['a', { b: 1 }] }) some!: object
  @Column({ type: 'jsonb', default: () => "'[\"x\"]'" }) raw!: object }
@Entity() export class JsonString { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'jsonb', default: () => "'\"text\"'::jsonb" }) text!: object
  @Column({ type: 'jsonb', default: () => "'null'" }) nothing!: object
  @Column({ type: 'jsonb', nullable: true, default: null }) absent!: object | null }
@Entity() export class TextArray { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'text', array: true, default: [] }) none!: string[]
  @Column('text', { array: true, default: '{}' }) braces!: string[]
  @Column('text', { array: true, default: () => 'ARRAY[]::text[]' }) built!: string[]
  @Column('text', { array: true, default: ['a b', "it's", 'c,d', ''] }) odd!: string[]
  @Column('varchar', { array: true, length: 20, nullable: true }) sized!: string[] | null }
@Entity() export class NumberArray { @PrimaryGeneratedColumn() id!: number
  @Column('int', { array: true, default: [1, -2] }) whole!: number[]
  @Column('numeric', { array: true, precision: 8, scale: 2, default: '{1.5,2}' }) exact!: string[]
  @Column('uuid', { array: true, default: '{}' }) ids!: string[]
  @Column('jsonb', { array: true, default: '{}' }) many!: object[] }
@Entity() export class Enums { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'enum', enum: Mood, default: Mood.Bad }) mood!: Mood
  @Column({ type: 'enum', enum: Mood, nullable: true }) maybe!: Mood | null
  @Column({ type: 'enum', enum: Level, default: Level.High }) level!: Level
  @Column({ type: 'enum', enum: ['x', 'Y', '3'], default: '3' }) listed!: string }
@Entity() export class EnumArrays { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'enum', enum: Mood, array: true, default: [Mood.Good] }) moods!: Mood[]
  @Column({ type: 'enum', enum: Mood, array: true, default: [] }) none!: Mood[]
  @Column({ type: 'enum', enum: Mood, array: true, default: '{semi-bad,good}' }) text!: Mood[] }
@Entity() export class SharedOne { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'enum', enum: Mood, enumName: 'shared_mood', default: Mood.Good }) mood!: Mood }
@Entity() export class SharedTwo { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'enum', enum: Mood, enumName: 'shared_mood', array: true, default: [] }) moods!: Mood[] }
@Entity() export class UuidGenerated { @PrimaryGeneratedColumn('uuid') id!: string
  @Column('uuid', { default: () => 'gen_random_uuid()' }) other!: string
  @Generated('uuid') @Column() third!: string }
@Entity() export class UuidFunction { @PrimaryColumn('uuid', { default: () => 'uuid_generate_v4()' }) id!: string
  @Column('uuid', { default: '00000000-0000-0000-0000-000000000000' }) zero!: string }
@Entity() export class Numerics { @PrimaryGeneratedColumn() id!: number
  @Column('numeric', { precision: 10, scale: 2, default: 1.5 }) amount!: string
  @Column('decimal', { precision: 5, scale: 0, default: '10' }) whole!: string
  @Column('numeric', { default: 0 }) any!: string
  @Column('double precision', { default: 0.1 }) double!: number
  @Column('real', { default: -1e-7 }) real!: number
  @Column('float4', { default: 1 }) four!: number
  @Column({ type: 'smallint', default: -1 }) small!: number }
@Entity() export class Bigints { @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string
  @Column('bigint', { default: '9007199254740993' }) text!: string
  @Column('int8', { default: 0 }) zero!: string
  @Column('bigint', { default: () => '0' }) raw!: string }
@Entity() export class Moneys { @PrimaryGeneratedColumn() id!: number
  @Column('money', { default: 0 }) zero!: string
  @Column('money', { default: '12.50' }) text!: string }
@Entity() export class Booleans { @PrimaryGeneratedColumn() id!: number
  @Column({ default: false }) off!: boolean
  @Column('bool', { default: true }) on!: boolean
  @Column('boolean', { default: 'false' }) text!: boolean
  @Column('boolean', { default: () => '(NOT true)' }) raw!: boolean }
@Entity() export class Moments { @PrimaryGeneratedColumn() id!: number
  @CreateDateColumn({ type: 'timestamptz', precision: 3 }) createdAt!: Date
  @UpdateDateColumn({ type: 'timestamp', precision: 0 }) updatedAt!: Date
  @DeleteDateColumn({ type: 'timestamptz' }) deletedAt!: Date | null
  @Column('timestamptz', { default: () => "CURRENT_TIMESTAMP + interval '1 day'" }) due!: Date
  @Column('timestamp', { default: () => "(now() at time zone 'utc')" }) utc!: Date
  @Column('timestamp', { precision: 6, default: () => 'CURRENT_TIMESTAMP(6)' }) six!: Date
  @Column('timestamptz', { default: () => 'NOW()' }) upper!: Date
  @Column('timestamptz', { default: '2020-01-01T00:00:00Z' }) fixed!: Date }
@Entity() export class Days { @PrimaryGeneratedColumn() id!: number
  @Column('date', { default: () => 'CURRENT_DATE' }) today!: string
  @Column('date', { default: '2020-02-29' }) fixed!: string
  @Column('time', { precision: 0, default: '08:00' }) start!: string
  @Column('timetz', { nullable: true }) zoned!: string | null
  @Column('interval', { default: '1 day' }) lasts!: object
  @Column('interval', { precision: 3, default: () => "interval '90 minutes'" }) brief!: object }
@Entity() export class Expressions { @PrimaryGeneratedColumn() id!: number
  @Column({ default: () => 'substr(md5(random()::text), 1, 8)' }) code!: string
  @Column('text', { default: () => "lower('ABC') || '-' || current_user" }) joined!: string
  @Column('int', { default: () => '(1 + 2) * 3' }) sum!: number
  @Column('int', { default: () => 'floor(random() * 10)::int' }) dice!: number
  @Column({ default: () => "'it''s raw'" }) raw!: string }
@Entity() export class Quotes { @PrimaryGeneratedColumn() id!: number
  @Column({ default: "it's" }) single!: string
  @Column({ default: 'say "so"' }) double!: string
  @Column({ default: 'back\\slash' }) back!: string
  @Column({ default: '' }) empty!: string
  @Column({ default: ' -- ; $$ ' }) comment!: string
  @Column({ name: 'Odd name', default: 'null' }) odd!: string
  @Column({ name: 'select', default: 'now()' }) select!: string
  @Column({ default: 'zwölf 🎉\nlines' }) wide!: string }
@Entity() export class Lengths { @PrimaryGeneratedColumn() id!: number
  @Column({ length: 50, default: 'x' }) sized!: string
  @Column('char', { length: 3, default: 'EUR' }) fixed!: string
  @Column('char', { default: 'a' }) one!: string
  @Column('character varying') any!: string
  @Column('bit', { length: 4, default: () => "B'0101'" }) bits!: string
  @Column('varbit', { nullable: true }) more!: string | null
  @Column('bytea', { default: () => "'\\xDEADBEEF'" }) bytes!: Buffer }
@Entity() export class Networks { @PrimaryGeneratedColumn() id!: number
  @Column('inet', { default: '127.0.0.1' }) host!: string
  @Column('cidr', { default: '10.0.0.0/8' }) net!: string
  @Column('macaddr', { nullable: true }) card!: string | null }
@Entity() export class Searches { @PrimaryGeneratedColumn() id!: number
  @Column() title!: string
  @Column('tsvector', { asExpression: "to_tsvector('simple', title)", generatedType: 'STORED', select: false }) words!: string
  @Column('tsquery', { nullable: true }) query!: string | null
  @Column('hstore', { nullable: true }) pairs!: object | null
  @Column('citext', { default: 'Any' }) loose!: string
  @Column('ltree', { nullable: true }) path!: string | null }
@Entity() export class Generateds { @PrimaryGeneratedColumn() id!: number
  @Column('int') width!: number
  @Column('int') height!: number
  @Column('int', { asExpression: 'width * height', generatedType: 'STORED' }) area!: number
  @Column({ asExpression: "CASE WHEN width > height THEN 'wide' ELSE 'it''s tall' END", generatedType: 'STORED', nullable: true }) shape!: string }
@Entity() export class Simples { @PrimaryGeneratedColumn() id!: number
  @Column('simple-array', { default: 'a,b' }) list!: string[]
  @Column('simple-json', { nullable: true }) data!: object | null
  @Column('simple-enum', { enum: ['p', 'q'], default: 'q' }) pick!: string }
@Entity() export class Ranges { @PrimaryGeneratedColumn() id!: number
  @Column('int4range', { default: '[1,5)' }) span!: string
  @Column('tstzrange', { default: () => 'tstzrange(now(), NULL)' }) during!: string
  @Column('int4multirange', { nullable: true }) spans!: string | null
  @Column('point', { default: () => 'point(1, 2)' }) at!: string
  @Column('box', { nullable: true }) box!: string | null }
@Entity() @Exclusion('USING gist ("span" WITH &&)') export class Exclusions {
  @PrimaryGeneratedColumn() id!: number
  @Column('tstzrange') span!: string }
@Entity() @Check('"low" < "high"') @Check('CHK_named', "\"kind\" IN ('a', 'b') OR \"low\" IS NULL")
export class Checks { @PrimaryGeneratedColumn() id!: number
  @Column('int', { nullable: true }) low!: number | null
  @Column('int', { default: 5 }) high!: number
  @Column({ default: 'a' }) kind!: string }
@Entity() @Index(['b', 'a']) @Index('partial', ['a'], { where: '"a" IS NOT NULL AND "b" > 0', unique: true })
@Index(['t'], { where: "t = 'it''s'" }) export class Indices { @PrimaryGeneratedColumn() id!: number
  @Column('int', { nullable: true }) a!: number | null
  @Index() @Column('int') b!: number
  @Index({ unique: true }) @Column({ nullable: true }) t!: string }
@Entity() @Unique('late', ['a', 'b'], { deferrable: 'INITIALLY DEFERRED' }) @Unique(['b'])
export class Uniques { @PrimaryGeneratedColumn() id!: number
  @Column('int') a!: number
  @Column({ type: 'int', unique: true }) b!: number }
@Entity({ comment: "it's a table" }) export class Comments { @PrimaryGeneratedColumn() id!: number
  @Column({ comment: "it's a column; -- really" }) noted!: string
  @Column({ comment: 'two\nlines', nullable: true }) lines!: string }
@Entity() export class Collated { @PrimaryGeneratedColumn() id!: number
  @Column({ collation: 'C', default: 'c' }) plain!: string
  @Column('text', { collation: 'POSIX', nullable: true }) posix!: string }
@Entity() export class IdentityAlways { @PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' }) id!: number
  @Column() name!: string }
@Entity() export class IdentityDefault { @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'BY DEFAULT' }) id!: string }
@Entity() export class Increments { @PrimaryColumn('uuid') id!: string
  @Generated('increment') @Column('int') number!: number }
@Entity() export class SmallKey { @PrimaryGeneratedColumn({ type: 'smallint', primaryKeyConstraintName: 'own_key' }) id!: number }
@Entity({ schema: 'billing' }) export class Invoice { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'enum', enum: ['open', 'paid'], default: 'open' }) state!: string
  @Column('text', { array: true, default: [] }) tags!: string[]
  @OneToMany(() => InvoiceLine, (line) => line.invoice) lines!: unknown[] }
@Entity({ schema: 'billing', name: 'Invoice Line' }) export class InvoiceLine { @PrimaryColumn('int') number!: number
  @ManyToOne(() => Invoice, (invoice) => invoice.lines, { onDelete: 'CASCADE', onUpdate: 'RESTRICT', nullable: false })
  @JoinColumn({ name: 'invoice_id', foreignKeyConstraintName: 'line_of' }) invoice!: Invoice
  @PrimaryColumn('int', { name: 'invoice_id' }) invoiceId!: number }
export class Address { @Column({ default: 'DE' }) country!: string
  @Column('numeric', { precision: 9, scale: 6, nullable: true }) lat!: string }
@Entity() export class Embeds { @PrimaryGeneratedColumn() id!: number
  @Column(() => Address) home!: Address
  @Column(() => Address, { prefix: 'w_' }) work!: Address
  @Column(() => Address, { prefix: false }) own!: Address }
@Entity() export class CompositeKey { @PrimaryColumn('int') tenant!: number
  @PrimaryColumn({ length: 10 }) code!: string
  @OneToMany(() => CompositeChild, (child) => child.parent) children!: unknown[] }
@Entity() export class CompositeChild { @PrimaryGeneratedColumn('uuid') id!: string
  @ManyToOne(() => CompositeKey, (key) => key.children, { onDelete: 'SET NULL', deferrable: 'INITIALLY IMMEDIATE' })
  parent!: CompositeKey | null }
@Entity() export class OneToOnes { @PrimaryGeneratedColumn() id!: number
  @OneToOne(() => CompositeChild, { nullable: true }) @JoinColumn() child!: CompositeChild | null
  @ManyToOne(() => OneToOnes) boss!: OneToOnes | null }
@Entity() export class Post { @PrimaryGeneratedColumn() id!: number
  @ManyToMany(() => Label) @JoinTable() labels!: Label[]
  @ManyToMany(() => Label) @JoinTable({ name: 'own join', joinColumn: { name: 'p' }, inverseJoinColumn: { name: 'l' } }) others!: Label[] }
@Entity() export class Label { @PrimaryGeneratedColumn('uuid') id!: string }
@Entity() @Tree('closure-table') export class ClosureTree { @PrimaryGeneratedColumn() id!: number
  @TreeChildren() children!: ClosureTree[]
  @TreeParent() parent!: ClosureTree }
@Entity() @Tree('materialized-path') export class PathTree { @PrimaryGeneratedColumn() id!: number
  @TreeChildren() children!: PathTree[]
  @TreeParent() parent!: PathTree }
@Entity() @Tree('nested-set') export class SetTree { @PrimaryGeneratedColumn() id!: number
  @TreeChildren() children!: SetTree[]
  @TreeParent() parent!: SetTree }
@Entity() @TableInheritance({ column: { type: 'varchar', name: 'type' } }) export class Content {
  @PrimaryGeneratedColumn() id!: number
  @Column({ default: 'untitled' }) title!: string }
@ChildEntity() export class Photo extends Content { @Column('int', { default: 0 }) size!: number }
@ChildEntity('talk') export class Talk extends Content { @Column({ type: 'enum', enum: ['s', 'l'], default: 's' }) length!: string }
export abstract class Base { @PrimaryGeneratedColumn('uuid') id!: string
  @CreateDateColumn() createdAt!: Date
  @VersionColumn() version!: number }
@Entity('derived_things') export class Derived extends Base { @Column({ default: '{}' }) text!: string }
@ViewEntity({ expression: (source) => source.createQueryBuilder().select('b.id', 'id').addSelect("'it''s'", 'text').from(Booleans, 'b').where('b.off = false') })
export class BooleanView { @ViewColumn() id!: number
  @ViewColumn() text!: string }
@ViewEntity({ name: 'numbers', materialized: true, expression: 'SELECT id, amount * 2 AS twice FROM "numerics" WITH DATA' })
export class NumericView { @Index() @ViewColumn() id!: number
  @ViewColumn() twice!: string }
@ViewEntity({ schema: 'billing', dependsOn: [BooleanView], expression: 'SELECT v.id FROM "boolean_view" v' })
export class SecondView { @ViewColumn() id!: number }
@Entity({ name: 'CamelTable', orderBy: { id: 'ASC' } }) export class CamelCase { @PrimaryGeneratedColumn() id!: number
  @Column({ name: 'camelColumn', default: 'x', nullable: true }) camelColumn!: string
  @Column({ name: 'a_very_long_name_of_a_column_that_comes_near_the_limit_of_sixty' , nullable: true }) long!: string }
@Entity() export class NullDefaults { @PrimaryGeneratedColumn() id!: number
  @Column({ type: 'text', nullable: true, default: null }) none!: string | null
  @Column({ type: 'int', nullable: true, default: () => 'NULL' }) raw!: number | null
  @Column('xml', { nullable: true }) xml!: string | null }
`

/** How many of them are entities or views. */
export const shapeCount = shapes.match(/@(?:Child|View)?Entity\(/g)!.length
