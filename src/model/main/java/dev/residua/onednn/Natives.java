package dev.residua.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/** Native objects with one owner, freed together and at once rather than when Java collects. */
final class Natives implements AutoCloseable {
  private final List<Pointer> pointers = new ArrayList<>();

  <P extends Pointer> P own(P pointer) {
    pointers.add(pointer);
    return pointer;
  }

  @Override
  public void close() {
    for (int i = pointers.size() - 1; i >= 0; i--) {
      pointers.get(i).deallocate();
    }
    pointers.clear();
  }
}
