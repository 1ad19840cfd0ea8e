package dev.residua.state;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Codec of a record type, derived from its components when it is made. It writes the components in
 * their order, so that a new component needs no code. Accessors are compiled to lambdas, since a
 * call through reflection costs ten times as much. Thread-safe.
 */
final class RecordCodec {
  private final Class<?> type;
  private final Component[] components;
  private final MethodHandle constructor;

  /** Codec of one component. */
  private record Component(String name, Writer writer, Reader reader, String description) {}

  @FunctionalInterface
  private interface Writer {
    void write(Object record, StateWriter out);
  }

  @FunctionalInterface
  private interface Reader {
    Object read(StateReader in);
  }

  /**
   * @throws IllegalArgumentException if the type is not a record, or a component cannot be stored
   */
  RecordCodec(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException("%s is not a record".formatted(type));
    }
    this.type = type;
    RecordComponent[] all = type.getRecordComponents();
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      this.components = new Component[all.length];
      for (int i = 0; i < all.length; i++) {
        components[i] = component(all[i], lookup);
      }
      Class<?>[] types = Arrays.stream(all).map(RecordComponent::getType).toArray(Class<?>[]::new);
      this.constructor =
          lookup
              .findConstructor(type, MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("%s cannot be stored".formatted(type), e);
    }
  }

  private static Component component(RecordComponent component, MethodHandles.Lookup lookup)
      throws ReflectiveOperationException {
    Class<?> type = component.getType();
    MethodHandle accessor = lookup.unreflect(component.getAccessor());
    String name = component.getName();
    if (type == boolean.class) {
      Predicate<Object> get = lambda(lookup, Predicate.class, "test", type, accessor);
      return new Component(
          name,
          (record, out) -> out.putByte(get.test(record) ? 1 : 0),
          in -> in.getByte() != 0,
          "boolean");
    }
    if (type == int.class) {
      ToIntFunction<Object> get = lambda(lookup, ToIntFunction.class, "applyAsInt", type, accessor);
      return new Component(
          name, (record, out) -> out.putLong(get.applyAsInt(record)), StateReader::getInt, "int");
    }
    if (type == long.class) {
      ToLongFunction<Object> get =
          lambda(lookup, ToLongFunction.class, "applyAsLong", type, accessor);
      return new Component(
          name,
          (record, out) -> out.putLong(get.applyAsLong(record)),
          StateReader::getLong,
          "long");
    }
    if (type == double.class) {
      ToDoubleFunction<Object> get =
          lambda(lookup, ToDoubleFunction.class, "applyAsDouble", type, accessor);
      return new Component(
          name,
          (record, out) -> out.putDouble(get.applyAsDouble(record)),
          StateReader::getDouble,
          "double");
    }
    if (type == float.class) {
      ToDoubleFunction<Object> get =
          lambda(lookup, ToDoubleFunction.class, "applyAsDouble", type, accessor);
      return new Component(
          name,
          (record, out) -> out.putFloat((float) get.applyAsDouble(record)),
          StateReader::getFloat,
          "float");
    }
    Function<Object, Object> get = lambda(lookup, Function.class, "apply", type, accessor);
    ValueCodec codec = ValueCodecs.of(component.getGenericType());
    return new Component(
        name,
        (record, out) -> codec.write(get.apply(record), out),
        in -> {
          in.enter(name);
          Object value = codec.read(in);
          in.leave();
          return value;
        },
        codec.description());
  }

  /** Returns an instance of a functional interface that calls an accessor. */
  @SuppressWarnings("unchecked")
  private static <T> T lambda(
      MethodHandles.Lookup lookup,
      Class<?> function,
      String method,
      Class<?> result,
      MethodHandle accessor)
      throws ReflectiveOperationException {
    Class<?> generic =
        result == float.class ? double.class : result.isPrimitive() ? result : Object.class;
    try {
      return (T)
          LambdaMetafactory.metafactory(
                  lookup,
                  method,
                  MethodType.methodType(function),
                  MethodType.methodType(generic, Object.class),
                  accessor,
                  accessor.type())
              .getTarget()
              .invoke();
    } catch (ReflectiveOperationException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  void write(Object record, StateWriter out) {
    for (Component component : components) {
      component.writer.write(record, out);
    }
  }

  Object read(StateReader in) {
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = components[i].reader.read(in);
    }
    try {
      return constructor.invokeExact(values);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the names and types of all components. */
  String description() {
    return Arrays.stream(components)
        .map(component -> component.name + " " + component.description)
        .collect(Collectors.joining(", ", type.getSimpleName() + "(", ")"));
  }
}
