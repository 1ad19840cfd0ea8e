package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.model.ModelBundle;
import java.util.List;
import java.util.Map;

/**
 * What a training gave.
 *
 * @param bundle the model
 * @param graph the graph in use
 * @param learntEdges probability of each edge {@code [from][to]} that gradient descent settled on;
 *     reported, not used
 * @param metrics figures by name, also in the bundle's provenance
 * @param warnings what a person should know before trusting the model, in sentences
 * @param runs all trainings of which this is the selected one; one where there was one
 */
public record TrainingReport(
    ModelBundle bundle,
    CausalGraph graph,
    double[][] learntEdges,
    Map<String, Double> metrics,
    List<String> warnings,
    List<RunSelection.Run> runs) {}
