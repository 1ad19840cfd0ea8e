package dev.residua.dl4j;

import dev.residua.training.LancaSettings;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The additive noise model over the latents of a batch and its loss, as one SameDiff graph:
 * latents, standardised over the batch, are predicted from their causes, {@code eps = z - f(A o
 * z)}, each by an MLP with two hidden layers (swish), and
 *
 * <pre>loss = mmdWeight MMD + structuralWeight structural + 0.1 pin</pre>
 *
 * with the terms of {@link LancaSettings}. {@code pin = sum_i (mean z_i)^2 + (log Var z_i)^2} keeps
 * the scale of latents, which all other terms ignore.
 */
final class CausalLoss {
  static final String LATENTS = "z";
  static final String GRAPH = "graph";
  static final String COMPARED = "compared";
  static final String CAUSED = "caused";
  static final String PULL = "pull";

  static final String LOSS = "loss";
  static final String MMD = "mmd";
  static final String STRUCTURAL = "structural";
  static final String RESIDUALS = "residuals";
  static final String PREDICTED = "predicted";

  private static final double STRUCTURAL_FLOOR = 1e-3;
  private static final double PIN_WEIGHT = 0.1;

  private final SameDiff sd = SameDiff.create();
  private final DataType type;
  private final LancaSettings settings;
  private final int rows;
  private final int d;
  private final List<String> variables = new ArrayList<>(List.of(LATENTS, GRAPH));
  private final List<String> reported = new ArrayList<>(List.of(LOSS, RESIDUALS));
  private final Map<String, INDArray> inputs = new HashMap<>();
  private final RecordedGradient recorded;

  /**
   * @param type of all arrays: FLOAT to train, DOUBLE to check gradients
   * @param rows of latents
   */
  CausalLoss(DataType type, NetworkLayout layout, int rows, LancaSettings settings) {
    this.type = type;
    this.settings = settings;
    this.rows = rows;
    this.d = layout.latents();
    variable(LATENTS, rows, d);
    variable(GRAPH, d, d);
    for (Parameter parameter : layout.parameters()) {
      if (parameter.group() == Parameter.Group.MECHANISM) {
        variable(parameter.name(), parameter.shape());
        variables.add(parameter.name());
      }
    }
    build();
    this.recorded = new RecordedGradient(sd, reported, variables);
  }

  private SDVariable variable(String name, long... shape) {
    SDVariable variable = sd.var(name, Nd4j.zeros(type, shape));
    inputs.put(name, variable.getArr());
    return variable;
  }

  private void build() {
    SDVariable z = sd.getVariable(LATENTS);
    SDVariable mean = z.mean(true, 0);
    SDVariable centred = z.sub(mean);
    SDVariable variance = centred.mul(centred).mean(true, 0); // [1, d]
    SDVariable deviation = sd.math().sqrt(variance.add(1e-6));
    SDVariable standardized = centred.div(deviation);
    SDVariable expected = equations(standardized);
    SDVariable residuals = standardized.sub(expected).rename(RESIDUALS); // [rows, d]

    SDVariable logVariance = sd.math().log(variance.add(1e-6));
    SDVariable loss = mean.mul(mean).add(logVariance.mul(logVariance)).sum().mul(PIN_WEIGHT);
    if (settings.mmdWeight() > 0) {
      SDVariable e = LossTerms.standardized(sd, residuals);
      SDVariable mmd = LossTerms.mmd(sd, type, e, compared(e), rows, d).rename(MMD);
      reported.add(MMD);
      loss = loss.add(mmd.mul(settings.mmdWeight()));
    }
    if (settings.structuralWeight() > 0) {
      switch (settings.structural()) {
        case NONE -> {}
        case LOG_VARIANCE -> {
          SDVariable structural =
              sd.math()
                  .log(LossTerms.variance(residuals).add(STRUCTURAL_FLOOR))
                  .mean()
                  .rename(STRUCTURAL);
          reported.add(STRUCTURAL);
          loss = loss.add(structural.mul(settings.structuralWeight()));
        }
        case STRUCTURAL_FIT -> {
          // [1, d], 1 over the number of caused latents at each caused one
          SDVariable caused = variable(CAUSED, 1, d);
          SDVariable structural =
              residuals.mul(residuals).mean(true, 0).mul(caused).sum().rename(STRUCTURAL);
          reported.add(STRUCTURAL);
          loss = loss.add(structural.mul(settings.structuralWeight()));
        }
        case PIXELS -> {
          SDVariable caused = variable(CAUSED, 1, d); // 1 at each caused latent
          SDVariable pull = variable(PULL, rows, d); // gradient of the pixels' error
          SDVariable predicted =
              z.add(expected.mul(deviation).add(mean).sub(z).mul(caused)).rename(PREDICTED);
          reported.add(PREDICTED);
          loss = loss.add(predicted.mul(pull).sum());
        }
      }
    }
    loss.rename(LOSS);
    sd.setLossVariables(LOSS);
  }

  /** {@code f(A o z)} of standardised latents, {@code [rows, d]}. */
  private SDVariable equations(SDVariable z) {
    SDVariable masks = sd.transpose(sd.getVariable(GRAPH)).reshape(d, 1, d); // [to, 1, from]
    SDVariable h = sd.expandDims(z, 0).mul(masks); // [to, rows, from]
    h = sd.nn().swish(sd.mmul(h, sd.getVariable("mech1.w")).add(sd.getVariable("mech1.b")));
    h = sd.nn().swish(sd.mmul(h, sd.getVariable("mech2.w")).add(sd.getVariable("mech2.b")));
    h = sd.mmul(h, sd.getVariable("mech3.w")).add(sd.getVariable("mech3.b")); // [to, rows, 1]
    return sd.transpose(h.reshape(d, rows));
  }

  /** The reference for the residuals: each column in its own random order, or normal values. */
  private SDVariable compared(SDVariable e) {
    if (settings.prior() == ResidualPrior.STANDARD_NORMAL) {
      return variable(COMPARED, rows, d);
    }
    SDVariable shuffles = variable(COMPARED, d, rows, rows);
    SDVariable columns = sd.transpose(e).reshape(d, rows, 1);
    SDVariable moved = sd.transpose(sd.mmul(shuffles, columns).reshape(d, rows)); // [rows, d]
    return new StopGradient(sd, moved).outputVariable();
  }

  boolean decodes() {
    return settings.structural() == StructuralTerm.PIXELS && settings.structuralWeight() > 0;
  }

  /** Sets an input, row-major; one that this loss has no term for is ignored. */
  void set(String name, double[] values) {
    INDArray input = inputs.get(name);
    if (input != null) {
      input.assign(Nd4j.createFromArray(values).reshape('c', input.shape()));
    }
  }

  /** Latents as the equations predict them, in their own units; roots keep their value. */
  double[] predicted() {
    recorded.run();
    return output(PREDICTED);
  }

  void evaluate() {
    recorded.run();
  }

  /** A loss of the last evaluation; 0 if it has no such term. */
  double scalar(String name) {
    return recorded.has(name) ? recorded.output(name).getDouble(0) : 0;
  }

  /** A result as it was evaluated last, row-major. */
  double[] output(String name) {
    return recorded.output(name).dup('c').data().asDouble();
  }

  /** Gradient of the loss by an input as it was evaluated last, row-major. */
  double[] gradient(String input) {
    return recorded.gradient(input).dup('c').data().asDouble();
  }
}
