package dev.residua.state;

import dev.residua.records.RecordShape;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Codec of a record type, derived from its components when it is made, so that a new component
 * needs no code. Thread-safe.
 */
final class RecordCodec {
  private final Class<?> type;
  private final RecordShape shape;
  private final List<String> names;
  private final ValueCodec[] codecs; // one per component

  /**
   * @throws IllegalArgumentException if the type is not a record, or a component cannot be stored
   */
  RecordCodec(Class<?> type) {
    this.type = type;
    this.shape = RecordShape.of(type);
    this.names = shape.components().stream().map(RecordComponent::getName).toList();
    this.codecs =
        shape.components().stream()
            .map(component -> ValueCodec.of(component.getGenericType()))
            .toArray(ValueCodec[]::new);
  }

  void write(Object record, StateWriter out) {
    for (int i = 0; i < codecs.length; i++) {
      codecs[i].write(shape.get(i, record), out);
    }
  }

  Object read(StateReader in) {
    @Nullable Object[] values = new @Nullable Object[codecs.length];
    for (int i = 0; i < values.length; i++) {
      in.enter(names.get(i));
      values[i] = codecs[i].read(in);
      in.leave();
    }
    return shape.make(values);
  }

  /** Returns the names and types of all components. */
  String description() {
    return IntStream.range(0, codecs.length)
        .mapToObj(i -> names.get(i) + " " + codecs[i].description())
        .collect(Collectors.joining(", ", type.getSimpleName() + "(", ")"));
  }
}
