package dev.residua.streams;

import dev.residua.anomaly.AnomalyRule;
import dev.residua.causal.CausalGraph;
import dev.residua.drift.DriftReference;

/**
 * All that monitoring needs of one model.
 *
 * @param id identity of the model
 * @param digest SHA-256 of its bundle
 * @param graph names and causes of its latents
 * @param rule decides on single frames
 * @param reference what residuals look like when nothing has changed
 * @param targetRunLength average frames between two false drift alarms of one source
 */
public record MonitorModel(
    String id,
    String digest,
    CausalGraph graph,
    AnomalyRule rule,
    DriftReference reference,
    double targetRunLength) {}
