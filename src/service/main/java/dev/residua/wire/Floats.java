package dev.residua.wire;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** Avro's lists of boxed numbers to primitive arrays and back. */
final class Floats {
  private Floats() {}

  /** A view of the array, so that encoding copies nothing. */
  static List<Float> list(float[] values) {
    return new View(values);
  }

  static float[] array(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  private static final class View extends AbstractList<Float> implements RandomAccess {
    private final float[] values;

    View(float[] values) {
      this.values = values;
    }

    @Override
    public Float get(int index) {
      return values[index];
    }

    @Override
    public int size() {
      return values.length;
    }
  }
}
