package dev.residua.state;

import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.state.StateBlocks.Channel;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Codec of the values of one type, derived from the type. Values of types that are not primitive
 * may be null. Thread-safe.
 *
 * @param description names and types that the bytes depend on
 */
record ValueCodec(
    String description,
    boolean nullable,
    BiConsumer<Object, StateWriter> writer,
    Function<StateReader, Object> reader) {
  private static final Map<Class<?>, ValueCodec> SIMPLE =
      Map.ofEntries(
          primitive(boolean.class, (v, out) -> out.putByte(v ? 1 : 0), in -> in.getByte() != 0),
          primitive(int.class, (v, out) -> out.putLong(v), StateReader::getInt),
          primitive(long.class, (v, out) -> out.putLong(v), StateReader::getLong),
          primitive(float.class, (v, out) -> out.putFloat(v), StateReader::getFloat),
          primitive(double.class, (v, out) -> out.putDouble(v), StateReader::getDouble),
          simple(Double.class, (v, out) -> out.putDouble(v), StateReader::getDouble),
          simple(Float.class, (v, out) -> out.putFloat(v), StateReader::getFloat),
          simple(String.class, (v, out) -> out.putString(v), StateReader::getString),
          simple(Instant.class, ValueCodec::writeInstant, ValueCodec::readInstant),
          simple(byte[].class, (v, out) -> out.putArray(v), StateReader::getBytes),
          simple(int[].class, (v, out) -> out.putArray(v), StateReader::getInts),
          simple(long[].class, (v, out) -> out.putArray(v), StateReader::getLongs),
          simple(float[].class, (v, out) -> out.putArray(v), StateReader::getFloats),
          simple(double[].class, (v, out) -> out.putArray(v), StateReader::getDoubles),
          simple(
              CommissioningWindow.class,
              (v, out) -> out.putArray(v.head()),
              in -> CommissioningWindow.restore(in.getBytes(), in::windowBlock)),
          simple(
              InnovationDistribution.class,
              (v, out) -> {},
              in -> InnovationDistribution.fromBytes(in.block(Channel.LAW, 0))));

  /**
   * Returns the codec of a type.
   *
   * @throws IllegalArgumentException if values of the type cannot be stored
   */
  static ValueCodec of(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      ValueCodec element = of(arguments[arguments.length - 1]);
      if (generic.getRawType() == List.class) {
        return list(element);
      }
      if (generic.getRawType() == Optional.class) {
        return new ValueCodec(
            "optional " + element.description,
            false,
            (v, out) -> element.write(((Optional<?>) v).orElse(null), out),
            in -> Optional.ofNullable(element.read(in)));
      }
      if (generic.getRawType() == Map.class || generic.getRawType() == SortedMap.class) {
        return map(element);
      }
    } else if (type instanceof Class<?> simple) {
      ValueCodec known = SIMPLE.get(simple);
      if (known != null) {
        return known;
      }
      if (simple.isEnum()) {
        Object[] constants = simple.getEnumConstants();
        return new ValueCodec(
            Arrays.toString(constants),
            true,
            (v, out) -> out.putLong(((Enum<?>) v).ordinal()),
            in -> constants[in.getInt()]);
      }
      if (simple.isSealed()) {
        return sealed(simple);
      }
      RecordCodec codec = new RecordCodec(simple);
      return new ValueCodec(codec.description(), true, codec::write, codec::read);
    }
    throw new IllegalArgumentException("values of type %s cannot be stored".formatted(type));
  }

  private static <T> Map.Entry<Class<?>, ValueCodec> primitive(
      Class<T> type, BiConsumer<T, StateWriter> writer, Function<StateReader, T> reader) {
    return Map.entry(type, codec(type, false, writer, reader));
  }

  private static <T> Map.Entry<Class<?>, ValueCodec> simple(
      Class<T> type, BiConsumer<T, StateWriter> writer, Function<StateReader, T> reader) {
    return Map.entry(type, codec(type, true, writer, reader));
  }

  @SuppressWarnings("unchecked") // values of a codec have its type
  private static <T> ValueCodec codec(
      Class<T> type,
      boolean nullable,
      BiConsumer<T, StateWriter> writer,
      Function<StateReader, T> reader) {
    return new ValueCodec(
        type.getSimpleName(), nullable, (v, out) -> writer.accept((T) v, out), reader::apply);
  }

  private static void writeInstant(Instant instant, StateWriter out) {
    out.putLong(instant.getEpochSecond());
    out.putLong(instant.getNano());
  }

  private static Instant readInstant(StateReader in) {
    return Instant.ofEpochSecond(in.getLong(), in.getLong());
  }

  private static ValueCodec list(ValueCodec element) {
    return new ValueCodec(
        "list " + element.description,
        true,
        (v, out) -> {
          List<?> values = (List<?>) v;
          out.putLong(values.size());
          for (int i = 0; i < values.size(); i++) {
            element.write(values.get(i), out);
          }
        },
        in -> {
          int size = in.getLength();
          List<@Nullable Object> values = new ArrayList<>();
          for (int i = 0; i < size; i++) {
            in.enterElement(i);
            values.add(element.read(in));
            in.leaveElement();
          }
          return values;
        });
  }

  private static ValueCodec map(ValueCodec element) {
    return new ValueCodec(
        "map " + element.description,
        true,
        (v, out) -> {
          Map<?, ?> sorted = v instanceof SortedMap<?, ?> map ? map : new TreeMap<>((Map<?, ?>) v);
          out.putLong(sorted.size());
          sorted.forEach(
              (key, one) -> {
                out.putString((String) key);
                element.write(one, out);
              });
        },
        in -> {
          int size = in.getLength();
          Map<String, @Nullable Object> values = new TreeMap<>();
          for (int i = 0; i < size; i++) {
            values.put(in.getString(), element.read(in));
          }
          return values;
        });
  }

  private static ValueCodec sealed(Class<?> type) {
    List<Class<?>> cases = List.of(type.getPermittedSubclasses());
    List<RecordCodec> codecs = cases.stream().map(RecordCodec::new).toList();
    return new ValueCodec(
        codecs.stream().map(RecordCodec::description).collect(Collectors.joining("|")),
        true,
        (v, out) -> {
          int index = cases.indexOf(v.getClass());
          out.putLong(index);
          codecs.get(index).write(v, out);
        },
        in -> codecs.get(in.getInt()).read(in));
  }

  void write(@Nullable Object value, StateWriter out) {
    if (nullable) {
      out.putByte(value == null ? 0 : 1);
    }
    if (value != null) {
      writer.accept(value, out);
    }
  }

  @Nullable Object read(StateReader in) {
    return nullable && in.getByte() == 0 ? null : reader.apply(in);
  }
}
