package dev.residua.records;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Components of a record type, with access to their values. There is one shape per type. Accessors
 * and the constructor are compiled when they are first used, about half a millisecond each; a call
 * then costs a tenth of one through reflection. Thread-safe.
 */
public final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  private final Class<?> type;
  private final RecordComponent[] components;
  // Two threads may both compile an accessor; either result will do.
  private final @Nullable Function<Object, @Nullable Object>[] accessors;
  private volatile @Nullable MethodHandle constructor;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of generic functions
  private RecordShape(Class<?> type) {
    this.type = type;
    this.components = type.getRecordComponents();
    this.accessors = new Function[components.length];
  }

  /**
   * Returns the shape of a type.
   *
   * @throws IllegalArgumentException if the type is not a record
   */
  public static RecordShape of(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException("%s is not a record".formatted(type));
    }
    return SHAPES.get(type);
  }

  /** Returns the components in their order. */
  public List<RecordComponent> components() {
    return List.of(components);
  }

  /** Returns the value of one component. */
  public @Nullable Object get(int component, Object record) {
    Function<Object, @Nullable Object> accessor = accessors[component];
    if (accessor == null) {
      accessor = compiled(components[component]);
      accessors[component] = accessor;
    }
    return accessor.apply(record);
  }

  /**
   * Makes a record.
   *
   * @param values of all components, in their order
   * @throws RuntimeException thrown by the constructor of the record
   */
  public Object make(@Nullable Object[] values) {
    MethodHandle handle = constructor;
    if (handle == null) {
      handle = canonical();
      constructor = handle;
    }
    try {
      return handle.invokeExact(values);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private MethodHandle canonical() {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return lookup()
          .findConstructor(type, MethodType.methodType(void.class, types))
          .asSpreader(Object[].class, types.length)
          .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e); // every record has one
    }
  }

  @SuppressWarnings("unchecked") // the factory makes this function
  private Function<Object, @Nullable Object> compiled(RecordComponent component) {
    try {
      MethodHandles.Lookup lookup = lookup();
      MethodHandle accessor = lookup.unreflect(component.getAccessor());
      return (Function<Object, @Nullable Object>)
          LambdaMetafactory.metafactory(
                  lookup,
                  "apply",
                  MethodType.methodType(Function.class),
                  accessor.type().generic(),
                  accessor,
                  accessor.type().wrap())
              .getTarget()
              .invoke();
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private MethodHandles.Lookup lookup() throws IllegalAccessException {
    return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
  }

  private static RuntimeException rethrown(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException refused ? refused : new IllegalStateException(e);
  }
}
