package dev.residua.onednn;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;

/**
 * One native operation with its inputs and outputs. Immutable and safe for several threads, since
 * its scratch memory is a slot too.
 */
record Step(primitive operation, List<Constant> constants, List<Variable> variables) {
  /** An argument that is the same in every run. */
  record Constant(int argument, memory value) {}

  /** An argument that each workspace has of its own. */
  record Variable(int argument, Slot slot) {}
}
