package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.model.ModelBundle;
import java.util.List;
import java.util.Map;

/**
 * The result of a training.
 *
 * @param bundle the model
 * @param graph the graph in use
 * @param learntEdges final probability of each edge {@code [from][to]} in gradient descent;
 *     reported only
 * @param metrics figures by name, also in the bundle's provenance
 * @param warnings reasons to distrust the model, in sentences
 * @param runs all trainings, of which this is the selected one
 */
public record TrainingReport(
    ModelBundle bundle,
    CausalGraph graph,
    double[][] learntEdges,
    Map<String, Double> metrics,
    List<String> warnings,
    List<RunSelection.Run> runs) {}
