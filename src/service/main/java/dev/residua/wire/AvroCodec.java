package dev.residua.wire;

import dev.residua.incident.Subject;
import dev.residua.source.SettingType;
import dev.residua.source.SharedBudget;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Codec between Java records and Avro records, built once from both declarations. A component
 * belongs to the field of its name; a duration to the field of its name and {@code Millis}.
 *
 * <p>Null is a number that is NaN, and any value that {@link #withDefaults} names. Thread-safe.
 *
 * @param <R> the Java record
 */
public final class AvroCodec<R extends Record> {
  /** Largest record of an event that is read, in bytes. */
  public static final int MAX_EVENT_BYTES = 64 << 10;

  /** Most items of a list that is read. */
  static final int MAX_ITEMS = 100;

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private final Class<R> type;
  private final Schema schema;
  private final Map<String, String> names;
  private final Slot[] slots; // one per component
  private final MethodHandle constructor;

  /** Place of one component in the Avro record. */
  private record Slot(
      String name,
      int field,
      MethodHandle accessor,
      Conversion conversion,
      @Nullable Object unset) {}

  /** Conversion of the values of one type. */
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
          SharedBudget.class,
          new Conversion(
              value -> ((SharedBudget) value).among(), value -> new SharedBudget((Integer) value)),
          Subject.class,
          new Conversion(Object::toString, value -> Subject.of(value.toString())));

  private AvroCodec(Class<R> type, Schema schema, Map<String, String> names, @Nullable R defaults) {
    this.type = type;
    this.schema = schema;
    this.names = names;
    RecordComponent[] components = type.getRecordComponents();
    slots = new Slot[components.length];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = slot(components[i], defaults);
    }
    try {
      var canonical =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      canonical.setAccessible(true);
      constructor =
          LOOKUP
              .unreflectConstructor(canonical)
              .asSpreader(Object[].class, slots.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e); // every record has one
    }
  }

  /**
   * Returns a codec.
   *
   * @throws IllegalArgumentException if a component has no field, or one of another type
   */
  static <R extends Record> AvroCodec<R> of(Class<R> type, Schema schema) {
    return new AvroCodec<>(type, schema, Map.of(), null);
  }

  /** Like {@link #of(Class, Schema)}, with the names of fields by those of their components. */
  static <R extends Record> AvroCodec<R> of(
      Class<R> type, Schema schema, Map<String, String> names) {
    return new AvroCodec<>(type, schema, names, null);
  }

  /** Returns a codec that stores null for a value of these defaults if the schema allows it. */
  AvroCodec<R> withDefaults(R defaults) {
    return new AvroCodec<>(type, schema, names, defaults);
  }

  /** Returns a serde of this codec that reads records up to a size. */
  <A extends SpecificRecordBase> RecordSerde<A, R> serde(Class<A> avro, int maxBytes) {
    return new RecordSerde<>(maxBytes, avro, value -> avro.cast(toAvro(value)), this::toJava);
  }

  /** Returns the Avro record of a value. */
  IndexedRecord toAvro(R value) {
    IndexedRecord record = (IndexedRecord) SpecificData.get().newRecord(null, schema);
    for (Slot slot : slots) {
      Object own = read(slot, value);
      record.put(
          slot.field,
          own == null || own.equals(slot.unset) ? null : slot.conversion.toAvro.apply(own));
    }
    return record;
  }

  private static @Nullable Object read(Slot slot, Object value) {
    try {
      return (Object) slot.accessor.invokeExact((Object) value);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /**
   * Returns the value of an Avro record.
   *
   * @throws IllegalArgumentException if a field has a value that its component cannot have
   */
  R toJava(IndexedRecord record) {
    @Nullable Object[] values = new Object[slots.length];
    for (int i = 0; i < values.length; i++) {
      Slot slot = slots[i];
      Object own = record.get(slot.field);
      try {
        values[i] = own == null ? slot.unset : slot.conversion.toJava.apply(own);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(slot.name + ": " + e.getMessage(), e);
      }
    }
    try {
      return type.cast((Object) constructor.invokeExact(values));
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static RuntimeException rethrown(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException refused ? refused : new IllegalStateException(e);
  }

  private Slot slot(RecordComponent component, @Nullable R defaults) {
    String name = names.getOrDefault(component.getName(), component.getName());
    Schema.Field field = schema.getField(name);
    if (field == null && component.getType() == Duration.class) {
      field = schema.getField(name + "Millis");
    }
    if (field == null) {
      throw new IllegalArgumentException(
          "%s has no field for %s of %s".formatted(schema.getName(), name, type.getName()));
    }
    component.getAccessor().setAccessible(true);
    try {
      MethodHandle accessor =
          LOOKUP
              .unreflect(component.getAccessor())
              .asType(MethodType.methodType(Object.class, Object.class));
      boolean optional = field.schema().isNullable();
      Object unset =
          !optional
              ? null
              : defaults != null
                  ? (Object) accessor.invokeExact((Object) defaults)
                  : nan(component.getType());
      return new Slot(
          name,
          field.pos(),
          accessor,
          conversion(component.getGenericType(), value(field.schema())),
          unset);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static @Nullable Object nan(Class<?> type) {
    return type == double.class ? (Object) Double.NaN : type == float.class ? Float.NaN : null;
  }

  private static Schema value(Schema schema) {
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
      case MAP -> same(type, List.of(Map.class), schema);
      case FIXED, UNION, NULL -> throw mismatch(type, schema);
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
    return new Conversion(
        value -> SpecificData.get().createEnum(((Enum<?>) value).name(), schema),
        value ->
            Arrays.stream(constants)
                .filter(constant -> ((Enum<?>) constant).name().equals(value.toString()))
                .findFirst()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "this version does not know the value %s".formatted(value))));
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
          if (list.size() > MAX_ITEMS) {
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
