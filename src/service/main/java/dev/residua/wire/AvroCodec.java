package dev.residua.wire;

import dev.residua.access.AuditEntry;
import dev.residua.causal.ChangePoint;
import dev.residua.causal.Finding;
import dev.residua.frame.NamePattern;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentFrame;
import dev.residua.incident.Subject;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.records.RecordShape;
import dev.residua.source.SettingType;
import dev.residua.source.SharedBudget;
import dev.residua.source.SourceRule;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Codec between Java records and Avro records, built once from both declarations. A component
 * belongs to the field of its name; a duration to the field of its name and {@code Millis}. The
 * components of a record that has no field belong to the fields of the outer record.
 *
 * <p>Null is a number that is NaN, and any value that {@link #withDefaults} names. Thread-safe.
 *
 * @param <R> the Java record
 */
public final class AvroCodec<R extends Record> {
  /** Largest record of an event that is read, in bytes. */
  public static final int MAX_EVENT_BYTES = 64 << 10;

  /** Max number of records in a list that is read. */
  public static final int MAX_ITEMS = 200;

  /** Names of fields that differ from those of their components. */
  private static final Map<Class<?>, Map<String, String>> NAMES =
      Map.of(
          Activation.class, Map.of("at", "activatedAt", "by", "activatedBy"),
          AuditEntry.class, Map.of("by", "author"),
          ChangePoint.class, Map.of("position", "frame"),
          Entry.class, Map.of("id", "modelId"),
          Feedback.class, Map.of("verdict", "trueAlarm"),
          Finding.class, Map.of("position", "frame"),
          Incident.class, Map.of("id", "incidentId"),
          IncidentFrame.class, Map.of("position", "frame"),
          Order.class, Map.of("id", "commandId", "by", "issuedBy", "at", "issuedAt"),
          SourceRule.class, Map.of("budget", "sharedAmong", "by", "changedBy"));

  private final Class<R> type;
  private final Schema schema;
  private final @Nullable Class<?> stored; // null if no class was generated
  private final Slot[] slots; // one per component
  private final RecordShape shape;

  private record Slot(
      BiConsumer<@Nullable Object, IndexedRecord> writer,
      Function<IndexedRecord, @Nullable Object> reader) {}

  private record Conversion(
      Function<Object, @Nullable Object> toAvro, Function<Object, @Nullable Object> toJava) {
    static final Conversion SAME = new Conversion(value -> value, value -> value);
  }

  /** Values with a form of their own. */
  private static final Map<Class<?>, Conversion> VALUES =
      Map.of(
          Duration.class,
          new Conversion(
              value -> ((Duration) value).toMillis(), value -> Duration.ofMillis((Long) value)),
          FeedbackVerdict.class,
          new Conversion(
              value -> value == FeedbackVerdict.TRUE_ALARM,
              value -> (Boolean) value ? FeedbackVerdict.TRUE_ALARM : FeedbackVerdict.FALSE_ALARM),
          Map.class,
          new Conversion(
              value -> ((Map<?, ?>) value).size() < 2 ? value : new TreeMap<>((Map<?, ?>) value),
              value -> value),
          NamePattern.class,
          new Conversion(
              value -> ((NamePattern) value).text(), value -> NamePattern.of(value.toString())),
          SharedBudget.class,
          new Conversion(
              value -> ((SharedBudget) value).among(), value -> new SharedBudget((Integer) value)),
          Subject.class,
          new Conversion(Object::toString, value -> Subject.of(value.toString())));

  private AvroCodec(Class<R> type, Schema schema, @Nullable R defaults) {
    this.type = type;
    this.schema = schema;
    this.stored = SpecificData.get().getClass(schema);
    this.shape = RecordShape.of(type);
    List<RecordComponent> components = shape.components();
    slots = new Slot[components.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = slot(i, components.get(i), defaults);
    }
  }

  /**
   * Returns a codec.
   *
   * @throws IllegalArgumentException if a component has no field, or one of another type
   */
  static <R extends Record> AvroCodec<R> of(Class<R> type, Schema schema) {
    return new AvroCodec<>(type, schema, null);
  }

  /** Returns a serde that reads records up to a size. */
  static <A extends SpecificRecordBase, R extends Record> RecordSerde<A, R> serde(
      Class<R> type, Class<A> avro, int maxBytes) {
    AvroCodec<R> codec = of(type, SpecificData.get().getSchema(avro));
    return new RecordSerde<>(
        maxBytes, avro, value -> avro.cast(codec.toAvro(value)), codec::toJava);
  }

  /** Returns a codec that stores null for a value of these defaults if the schema allows it. */
  AvroCodec<R> withDefaults(R defaults) {
    return new AvroCodec<>(type, schema, defaults);
  }

  /** Returns the Avro record of a value. */
  public IndexedRecord toAvro(R value) {
    IndexedRecord record =
        (IndexedRecord)
            (stored == null
                ? new GenericData.Record(schema)
                : SpecificData.newInstance(stored, schema));
    write(value, record);
    return record;
  }

  /** Writes a value into an Avro record that may have more fields. */
  void write(R value, IndexedRecord record) {
    for (int i = 0; i < slots.length; i++) {
      slots[i].writer.accept(shape.get(i, value), record);
    }
  }

  /**
   * Returns the value of an Avro record.
   *
   * @throws IllegalArgumentException if a field has a value that its component cannot have
   */
  public R toJava(IndexedRecord record) {
    @Nullable Object[] values = new Object[slots.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = slots[i].reader.apply(record);
    }
    return type.cast(shape.make(values));
  }

  private Slot slot(int index, RecordComponent component, @Nullable R defaults) {
    String name =
        NAMES.getOrDefault(type, Map.of()).getOrDefault(component.getName(), component.getName());
    Schema.Field field = schema.getField(name);
    if (field == null && component.getType() == Duration.class) {
      field = schema.getField(name + "Millis");
    }
    if (field == null && !component.getType().isRecord()) {
      throw new IllegalArgumentException(
          "%s has no field for %s of %s".formatted(schema.getName(), name, type.getName()));
    }
    if (field == null) {
      return within(component.getType().asSubclass(Record.class));
    }
    Object unset =
        !field.schema().isNullable()
            ? null
            : defaults != null ? shape.get(index, defaults) : nan(component.getType());
    boolean required =
        unset == null && !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    Conversion conversion = conversion(component.getGenericType(), present(field.schema()));
    int at = field.pos();
    return new Slot(
        (own, record) ->
            record.put(at, own == null || own.equals(unset) ? null : conversion.toAvro.apply(own)),
        record -> {
          Object stored = record.get(at);
          if (stored == null && required) {
            throw new IllegalArgumentException(name + " is missing");
          }
          try {
            return stored == null ? unset : conversion.toJava.apply(stored);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
          }
        });
  }

  /** A component whose own components are fields of this schema. */
  private <N extends Record> Slot within(Class<N> component) {
    AvroCodec<N> codec = of(component, schema);
    return new Slot((own, record) -> codec.write(component.cast(own), record), codec::toJava);
  }

  private static @Nullable Object nan(Class<?> type) {
    return type == double.class ? (Object) Double.NaN : type == float.class ? Float.NaN : null;
  }

  /** The schema of a value that is present: of an optional one, the branch that is not null. */
  public static Schema present(Schema schema) {
    return schema.getType() != Schema.Type.UNION
        ? schema
        : schema.getTypes().stream()
            .filter(type -> type.getType() != Schema.Type.NULL)
            .findFirst()
            .orElseThrow();
  }

  private static Conversion conversion(Type generic, Schema schema) {
    Class<?> type =
        (Class<?>) (generic instanceof ParameterizedType known ? known.getRawType() : generic);
    Conversion own = VALUES.get(type);
    if (own != null) {
      return own;
    }
    return switch (schema.getType()) {
      case STRING -> text(type);
      case ENUM -> constant(type, schema);
      case ARRAY -> array(generic, type, schema.getElementType());
      case RECORD -> nested(type.asSubclass(Record.class), schema);
      case BYTES -> bytes();
      case LONG ->
          schema.getLogicalType() == null
              ? same(type, List.of(long.class, Long.class), schema)
              : same(type, List.of(Instant.class), schema);
      case INT -> same(type, List.of(int.class, Integer.class), schema);
      case DOUBLE -> same(type, List.of(double.class, Double.class), schema);
      case FLOAT -> same(type, List.of(float.class, Float.class), schema);
      case BOOLEAN -> same(type, List.of(boolean.class, Boolean.class), schema);
      case FIXED, MAP, UNION, NULL -> throw mismatch(type, schema);
    };
  }

  private static Conversion same(Class<?> type, List<Class<?>> expected, Schema schema) {
    if (!expected.contains(type)) {
      throw mismatch(type, schema);
    }
    return Conversion.SAME;
  }

  private static IllegalArgumentException mismatch(Class<?> type, Schema schema) {
    return new IllegalArgumentException(
        "a value of %s cannot be stored as %s".formatted(type.getName(), schema));
  }

  private static Conversion text(Class<?> type) {
    if (type == String.class) {
      return new Conversion(value -> value, Object::toString);
    }
    return text(SettingType.textOf(type));
  }

  private static <T> Conversion text(@Nullable SettingType<T> form) {
    if (form == null) {
      throw new IllegalArgumentException("a component has no form as a string");
    }
    @SuppressWarnings("unchecked") // a component of this type
    Function<Object, @Nullable Object> writer = value -> form.writer().apply((T) value);
    return new Conversion(writer, value -> form.parser().apply(value.toString()));
  }

  private static Conversion constant(Class<?> type, Schema schema) {
    Object[] constants = type.getEnumConstants();
    if (constants == null) {
      throw mismatch(type, schema);
    }
    Map<Object, Object> symbols = new HashMap<>();
    Map<String, Object> byName = new HashMap<>();
    for (Object constant : constants) {
      String name = ((Enum<?>) constant).name();
      byName.put(name, constant);
      if (schema.hasEnumSymbol(name)) {
        symbols.put(constant, SpecificData.get().createEnum(name, schema));
      }
    }
    return new Conversion(
        symbols::get,
        value -> {
          Object constant = byName.get(value.toString());
          if (constant == null) {
            throw new IllegalArgumentException(
                "this version does not know the value %s".formatted(value));
          }
          return constant;
        });
  }

  private static Conversion array(Type generic, Class<?> type, Schema items) {
    if (type == float[].class) {
      return new Conversion(
          value -> Floats.list((float[]) value), value -> Floats.array(list(value)));
    }
    if (!(generic instanceof ParameterizedType known) || type != List.class) {
      throw mismatch(type, items);
    }
    Conversion item = conversion(known.getActualTypeArguments()[0], items);
    return new Conversion(
        value -> all((List<?>) value, item.toAvro),
        value -> {
          List<?> list = (List<?>) value;
          if (list.size() > MAX_ITEMS && items.getType() == Schema.Type.RECORD) {
            throw new IllegalArgumentException(
                "%d items, more than %d".formatted(list.size(), MAX_ITEMS));
          }
          return all(list, item.toJava);
        });
  }

  @SuppressWarnings("unchecked") // the schema has floats
  private static List<Float> list(Object value) {
    return (List<Float>) value;
  }

  private static List<Object> all(List<?> list, Function<Object, @Nullable Object> conversion) {
    List<Object> converted = new ArrayList<>(list.size());
    list.forEach(value -> converted.add(conversion.apply(value)));
    return Collections.unmodifiableList(converted);
  }

  private static <N extends Record> Conversion nested(Class<N> type, Schema schema) {
    AvroCodec<N> codec = of(type, schema);
    return new Conversion(
        value -> codec.toAvro(type.cast(value)), value -> codec.toJava((IndexedRecord) value));
  }

  private static Conversion bytes() {
    return new Conversion(
        value -> ByteBuffer.wrap((byte[]) value),
        value -> {
          ByteBuffer buffer = ((ByteBuffer) value).duplicate();
          byte[] bytes = new byte[buffer.remaining()];
          buffer.get(bytes);
          return bytes;
        });
  }
}
