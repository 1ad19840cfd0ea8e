package dev.residua.state;

import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationLaw;
import dev.residua.state.StateBlocks.Channel;
import dev.residua.state.StateBlocks.Slot;
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

/** Codecs of the types that states consist of, derived from the types. */
final class ValueCodecs {
  private ValueCodecs() {}

  /**
   * Returns the codec of a type.
   *
   * @throws IllegalArgumentException if values of the type cannot be stored
   */
  static ValueCodec of(Type type) {
    if (type instanceof ParameterizedType generic) {
      Class<?> raw = (Class<?>) generic.getRawType();
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (raw == List.class) {
        return list(of(last));
      }
      if (raw == Optional.class) {
        ValueCodec value = of(last);
        return value(
            "optional " + value.description(),
            (any, out) -> value.write(((Optional<?>) any).orElse(null), out),
            in -> Optional.ofNullable(value.read(in)));
      }
      if (raw == Map.class || raw == SortedMap.class) {
        return map(of(last));
      }
    }
    if (type instanceof Class<?> simple) {
      return ofClass(simple);
    }
    throw new IllegalArgumentException("values of type %s cannot be stored".formatted(type));
  }

  private static ValueCodec ofClass(Class<?> type) {
    if (type == String.class) {
      return nullable("string", (v, out) -> out.putString((String) v), StateReader::getString);
    }
    if (type == Double.class) {
      return nullable("double", (v, out) -> out.putDouble((Double) v), StateReader::getDouble);
    }
    if (type == Float.class) {
      return nullable("float", (v, out) -> out.putFloat((Float) v), StateReader::getFloat);
    }
    if (type == Instant.class) {
      return nullable("instant", (v, out) -> write((Instant) v, out), ValueCodecs::instant);
    }
    if (type == byte[].class) {
      return value("bytes", (v, out) -> out.putArray((byte[]) v), StateReader::getByteArray);
    }
    if (type == int[].class) {
      return value("ints", (v, out) -> out.putArray((int[]) v), StateReader::getIntArray);
    }
    if (type == long[].class) {
      return value("longs", (v, out) -> out.putArray((long[]) v), StateReader::getLongArray);
    }
    if (type == float[].class) {
      return value("floats", (v, out) -> out.putArray((float[]) v), StateReader::getFloatArray);
    }
    if (type == double[].class) {
      return value("doubles", (v, out) -> out.putArray((double[]) v), StateReader::getDoubleArray);
    }
    if (type == CommissioningWindow.class) {
      return value(
          "window",
          (v, out) -> out.putArray(((CommissioningWindow) v).head()),
          in -> {
            Channel channel = in.isIn("picture") ? Channel.PICTURE : Channel.RESIDUALS;
            return CommissioningWindow.restore(
                in.getByteArray(), block -> in.blocks.read(slot(in), in.index(), channel, block));
          });
    }
    if (type == InnovationLaw.class) {
      return nullable(
          "law",
          (v, out) -> {},
          in -> InnovationLaw.fromBytes(in.blocks.read(slot(in), in.index(), Channel.LAW, 0)));
    }
    if (type.isEnum()) {
      return nullable(
          Arrays.toString(type.getEnumConstants()),
          (v, out) -> out.putLong(((Enum<?>) v).ordinal()),
          in -> type.getEnumConstants()[in.getInt()]);
    }
    if (type.isSealed()) {
      return sealed(type);
    }
    if (type.isRecord()) {
      RecordCodec codec = new RecordCodec(type);
      return nullable(codec.description(), codec::write, codec::read);
    }
    throw new IllegalArgumentException("values of type %s cannot be stored".formatted(type));
  }

  /** Model under which the commissioning was learned that is read. */
  private static Slot slot(StateReader in) {
    return in.isIn("before") ? Slot.BEFORE : in.isIn("challenger") ? Slot.CHALLENGER : Slot.PRESENT;
  }

  private static void write(Instant instant, StateWriter out) {
    out.putLong(instant.getEpochSecond());
    out.putLong(instant.getNano());
  }

  private static Instant instant(StateReader in) {
    return Instant.ofEpochSecond(in.getLong(), in.getLong());
  }

  private static ValueCodec list(ValueCodec element) {
    return value(
        "list " + element.description(),
        (any, out) -> {
          List<?> values = (List<?>) any;
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
    return value(
        "map " + element.description(),
        (any, out) -> {
          Map<String, Object> sorted = new TreeMap<>();
          ((Map<?, ?>) any).forEach((key, one) -> sorted.put((String) key, one));
          out.putLong(sorted.size());
          sorted.forEach(
              (key, one) -> {
                out.putString(key);
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
    return nullable(
        codecs.stream().map(RecordCodec::description).collect(Collectors.joining("|")),
        (v, out) -> {
          int index = cases.indexOf(v.getClass());
          out.putLong(index);
          codecs.get(index).write(v, out);
        },
        in -> codecs.get(in.getInt()).read(in));
  }

  private static ValueCodec nullable(
      String description,
      BiConsumer<Object, StateWriter> write,
      Function<StateReader, Object> read) {
    return new ValueCodec() {
      @Override
      public void write(@Nullable Object value, StateWriter out) {
        out.putByte(value == null ? 0 : 1);
        if (value != null) {
          write.accept(value, out);
        }
      }

      @Override
      public @Nullable Object read(StateReader in) {
        return in.getByte() == 0 ? null : read.apply(in);
      }

      @Override
      public String description() {
        return description;
      }
    };
  }

  private static ValueCodec value(
      String description,
      BiConsumer<Object, StateWriter> write,
      Function<StateReader, Object> read) {
    return new ValueCodec() {
      @Override
      public void write(@Nullable Object value, StateWriter out) {
        if (value == null) {
          throw new IllegalArgumentException(description + " is missing");
        }
        write.accept(value, out);
      }

      @Override
      public Object read(StateReader in) {
        return read.apply(in);
      }

      @Override
      public String description() {
        return description;
      }
    };
  }
}
