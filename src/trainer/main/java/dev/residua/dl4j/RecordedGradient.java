package dev.residua.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The operations of a SameDiff graph and of its gradient, recorded once with their arrays and rerun
 * on the current values of its variables. The results are the same; the bookkeeping of a SameDiff
 * session takes ten times as long as small operations.
 */
final class RecordedGradient {
  private record Step(Object operation, OpContext context) {}

  private final List<Step> steps = new ArrayList<>();
  private final Map<String, INDArray> results = new HashMap<>();
  private final Map<String, String> gradientNames = new HashMap<>();

  /**
   * Prints every operation, so callers keep System.out quiet while they record.
   *
   * @param graph without placeholders, with its loss set; to be given new values only by assigning
   *     to the arrays that its variables have now
   * @param outputs names of results
   * @param variables whose gradients are wanted
   */
  RecordedGradient(SameDiff graph, List<String> outputs, List<String> variables) {
    graph.createGradFunction(variables.toArray(String[]::new));
    SameDiff gradient = graph.getFunction("grad");
    InferenceSession session = new InferenceSession(gradient);
    session.setMmgr(new NoOpMemoryMgr()); // every operation keeps its own array
    gradient.getSessions().put(Thread.currentThread().getId(), session);
    graph.setListeners(new Recorder());
    graph.calculateGradientsAndOutputs(Map.of(), outputs, variables);
    graph.setListeners();
    gradient.getSessions().clear();
    for (String variable : variables) {
      gradientNames.put(variable, graph.grad(variable).name());
    }
  }

  void run() {
    for (Step step : steps) {
      if (step.operation() instanceof CustomOp custom) {
        Nd4j.getExecutioner().exec(custom, step.context());
      } else {
        Nd4j.getExecutioner().exec((Op) step.operation(), step.context());
      }
    }
  }

  boolean has(String output) {
    return results.containsKey(output);
  }

  /** An output of the latest run; the next overwrites it. */
  INDArray output(String name) {
    INDArray found = results.get(name);
    if (found == null) {
      throw new IllegalArgumentException("the graph has no output " + name);
    }
    return found;
  }

  /** The gradient by a variable of the latest run; the next overwrites it. */
  INDArray gradient(String variable) {
    String name = gradientNames.get(variable);
    if (name == null) {
      throw new IllegalArgumentException("the graph has no gradient by " + variable);
    }
    return output(name);
  }

  private final class Recorder extends BaseListener {
    @Override
    public boolean isActive(Operation operation) {
      return true;
    }

    @Override
    public void opExecution(
        SameDiff graph,
        At at,
        MultiDataSet batch,
        SameDiffOp operation,
        OpContext context,
        INDArray[] outputs) {
      steps.add(new Step(operation.getOp(), copy(context)));
      for (int i = 0; i < outputs.length; i++) {
        results.put(operation.getOutputsOfOp().get(i), outputs[i]);
      }
    }

    /** The session empties its contexts after each operation. */
    private static OpContext copy(OpContext context) {
      OpContext copy = Nd4j.getExecutioner().buildContext();
      copy.setInputArrays(context.getInputArrays().toArray(INDArray[]::new));
      copy.setOutputArrays(context.getOutputArrays().toArray(INDArray[]::new));
      if (context.numIArguments() > 0) {
        copy.setIArguments(context.getIArguments().stream().mapToLong(Long::longValue).toArray());
      }
      if (context.numTArguments() > 0) {
        copy.setTArguments(
            context.getTArguments().stream().mapToDouble(Double::doubleValue).toArray());
      }
      if (context.numBArguments() > 0) {
        boolean[] flags = new boolean[context.numBArguments()];
        for (int i = 0; i < flags.length; i++) {
          flags[i] = context.getBArguments().get(i);
        }
        copy.setBArguments(flags);
      }
      if (context.numDArguments() > 0) {
        copy.setDArguments(context.getDArguments().toArray(DataType[]::new));
      }
      return copy;
    }
  }
}
