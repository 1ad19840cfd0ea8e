package dev.residua.state;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Codec of a record type, derived from its components when it is made, so that a new component
 * needs no code. Accessors are compiled to lambdas, since a call through reflection costs ten times
 * as much. Thread-safe.
 */
final class RecordCodec {
  private final Class<?> type;
  private final Component[] components;
  private final MethodHandle constructor;

  private record Component(String name, Function<Object, Object> accessor, ValueCodec codec) {}

  /**
   * @throws IllegalArgumentException if the type is not a record, or a component cannot be stored
   */
  RecordCodec(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException("values of %s cannot be stored".formatted(type));
    }
    this.type = type;
    RecordComponent[] all = type.getRecordComponents();
    this.components = new Component[all.length];
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      Class<?>[] types = new Class<?>[all.length];
      for (int i = 0; i < all.length; i++) {
        types[i] = all[i].getType();
        components[i] =
            new Component(
                all[i].getName(),
                function(lookup, lookup.unreflect(all[i].getAccessor())),
                ValueCodec.of(all[i].getGenericType()));
      }
      this.constructor =
          lookup
              .findConstructor(type, MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("values of %s cannot be stored".formatted(type), e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Function<Object, Object> function(
      MethodHandles.Lookup lookup, MethodHandle accessor) {
    try {
      return (Function<Object, Object>)
          LambdaMetafactory.metafactory(
                  lookup,
                  "apply",
                  MethodType.methodType(Function.class),
                  MethodType.methodType(Object.class, Object.class),
                  accessor,
                  accessor.type().wrap())
              .getTarget()
              .invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("an accessor cannot be called", e);
    }
  }

  void write(Object record, StateWriter out) {
    for (Component component : components) {
      component.codec.write(component.accessor.apply(record), out);
    }
  }

  Object read(StateReader in) {
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < values.length; i++) {
      in.enter(components[i].name);
      values[i] = components[i].codec.read(in);
      in.leave();
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
        .map(component -> component.name + " " + component.codec.description())
        .collect(Collectors.joining(", ", type.getSimpleName() + "(", ")"));
  }
}
