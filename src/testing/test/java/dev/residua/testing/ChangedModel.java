package dev.residua.testing;

import dev.residua.anomaly.SensorRule;
import dev.residua.causal.FactorScales;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.drift.DriftReference;
import dev.residua.dynamics.DynamicModel;
import dev.residua.frame.ImageShape;
import dev.residua.incident.IncidentSettings;
import dev.residua.intervention.JointAttribution;
import dev.residua.intervention.MechanismReference;
import dev.residua.monitor.MonitorModel;
import java.util.Optional;
import java.util.function.Consumer;

/** A monitor's model like another, changed as a test says. */
public final class ChangedModel {
  public String id;
  public String digest;
  public ImageShape image;
  public FactorScales factors;
  public int variables;
  public Optional<DynamicModel> dynamics;
  public DriftReference picture;
  public Optional<MechanismReference> mechanisms;
  public Optional<CommissioningReference> commissioning;
  public JointAttribution attribution;
  public SensorRule sensor;
  public double targetRunLength;
  public IncidentSettings incidents;

  private ChangedModel(MonitorModel model) {
    id = model.id();
    digest = model.digest();
    image = model.image();
    factors = model.factors();
    variables = model.variables();
    dynamics = model.dynamics();
    picture = model.picture();
    mechanisms = model.mechanisms();
    commissioning = model.commissioning();
    attribution = model.attribution();
    sensor = model.sensor();
    targetRunLength = model.targetRunLength();
    incidents = model.incidents();
  }

  /** The model with something else. */
  public static MonitorModel of(MonitorModel model, Consumer<ChangedModel> changes) {
    ChangedModel changed = new ChangedModel(model);
    changes.accept(changed);
    return new MonitorModel(
        changed.id,
        changed.digest,
        changed.image,
        model.graph(),
        changed.factors,
        changed.variables,
        changed.dynamics,
        model.rule(),
        model.residuals(),
        changed.picture,
        changed.mechanisms,
        changed.commissioning,
        changed.attribution,
        changed.sensor,
        changed.targetRunLength,
        changed.incidents);
  }
}
