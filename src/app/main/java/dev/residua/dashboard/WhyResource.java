package dev.residua.dashboard;

import dev.residua.access.Visitor;
import dev.residua.causal.ScoredFrame;
import dev.residua.dashboard.LiveHistory.Known;
import dev.residua.dashboard.LiveViews.ReasonView;
import dev.residua.dashboard.LiveViews.ReasonsView;
import dev.residua.dashboard.ModelViews.ModelView;
import dev.residua.feedback.Proposal;
import dev.residua.frame.SceneName;
import dev.residua.source.SourceRule;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Why a source is not watched, alarms never, or alarms too often: {@code GET
 * /api/why?source=tank/cam1}. 404 for an unknown source.
 */
@Path("/api/why")
@Produces(MediaType.APPLICATION_JSON)
public class WhyResource {
  private final LiveHistory history;
  private final LiveModels models;
  private final RuleCommandWriter rules;
  private final Visitors visitors;
  private final Clock clock;

  @Inject
  public WhyResource(
      LiveHistory history, LiveModels models, RuleCommandWriter rules, Visitors visitors) {
    this(history, models, rules, visitors, Clock.systemUTC());
  }

  WhyResource(
      LiveHistory history,
      LiveModels models,
      RuleCommandWriter rules,
      Visitors visitors,
      Clock clock) {
    this.history = history;
    this.models = models;
    this.rules = rules;
    this.visitors = visitors;
    this.clock = clock;
  }

  @GET
  public Response of(@QueryParam("source") @DefaultValue("") String source) {
    Visitor visitor = visitors.now();
    Optional<Known> found = history.known(visitor, source);
    if (found.isEmpty()) {
      return Problems.unknownSource(source);
    }
    Known known = found.get();
    Instant now = clock.instant();
    SourceRule rule = visitor.rules().of(source);
    ScoredFrame frame = known.lastFrame();
    List<ReasonView> reasons =
        SourceReasons.of(
            new SourceReasons.Facts(
                source,
                frame == null ? SceneName.DEFAULT : frame.scene(),
                now,
                rule,
                frame == null ? null : frame.scoredAt(),
                rule.silentAfter() == null ? known.silentAfter() : rule.silentAfter(),
                known.status(),
                known.driftShare(),
                known.commands(),
                known.incidents(),
                known.belowMinimum(),
                known.latents(),
                known.unreadable(),
                rule.falseAlarmsPerWeek() == null ? history.budget() : rule.falseAlarmsPerWeek(),
                proposals(visitor, source, now),
                frame == null ? List.of() : aboutModels(visitor, frame)));
    return Response.ok(new ReasonsView(now.toEpochMilli(), source, reasons)).build();
  }

  private List<Proposal> proposals(Visitor visitor, String source, Instant now) {
    return history.proposals(history.reviewed(visitor), rules.rules(), now).stream()
        .filter(proposal -> proposal.basis().sources().contains(source))
        .toList();
  }

  /** Reasons about the model in use, and about newer ones of the scene that are not used. */
  private List<ReasonView> aboutModels(Visitor visitor, ScoredFrame frame) {
    List<ReasonView> reasons = new ArrayList<>();
    for (ModelView model : models.models(visitor).models()) { // the newest first
      boolean used = model.id().equals(frame.modelId());
      String verdict = model.verdict();
      if (used && !model.findings().isEmpty()) {
        reasons.add(
            new ReasonView(
                "model",
                "the model in use was accepted although its training found: "
                    + String.join("; ", model.findings()),
                List.of("residua model show " + model.id())));
      } else if (!used && model.scene().equals(frame.scene())) {
        if (!model.findings().isEmpty() && model.acceptedBy() == null) {
          reasons.add(
              new ReasonView(
                  "model",
                  "the newer model %s is not used, since its training found: %s"
                      .formatted(model.id(), String.join("; ", model.findings())),
                  List.of(
                      "residua model promote %s --scene %s --accept --reason TEXT"
                          .formatted(model.id(), model.scene()))));
        } else if (verdict != null && verdict.startsWith("refused")) {
          reasons.add(
              new ReasonView(
                  "model",
                  "the newer model %s is not used: %s"
                      .formatted(model.id(), verdict.replaceFirst("^refused: *", "")),
                  List.of("residua model show " + model.id())));
        }
      }
      if (used) {
        break;
      }
    }
    return reasons;
  }
}
