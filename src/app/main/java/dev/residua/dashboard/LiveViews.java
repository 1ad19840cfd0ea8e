package dev.residua.dashboard;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.residua.access.AuditEntry;
import dev.residua.commissioning.NonUniformity;
import dev.residua.drift.CalibrationPhase;
import dev.residua.intervention.ForecastReport.LatentForecast;
import dev.residua.intervention.ForecastReport.LimitForecast;
import dev.residua.monitor.Sensitivity.SmallestChange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON of the pages of sources and incidents. Numbers that are not finite are null. */
public final class LiveViews {
  private LiveViews() {}

  /**
   * All sources at a glance.
   *
   * @param at now, milliseconds since 1970
   * @param modelId model in use
   * @param framesScored frames with a score since this process started
   * @param framesPerSecond rate over the last ten seconds
   * @param deadLetters records refused since then, by reason
   * @param counts sources by condition
   * @param phases sources by the phase of their calibration
   * @param matching sources that pass the filter
   * @param page number of this page, from 0
   * @param rows one page of them, the most urgent first
   * @param openIncidents all that are open, the most urgent first, at most 50
   * @param openCount number of all open incidents
   * @param closed recently resolved incidents, newest first
   */
  public record Overview(
      long at,
      String modelId,
      long framesScored,
      double framesPerSecond,
      Map<String, Long> deadLetters,
      Map<SourceCondition, Integer> counts,
      Map<CalibrationPhase, Integer> phases,
      int recalibrationsProposed,
      int matching,
      int page,
      List<Row> rows,
      List<IncidentView> openIncidents,
      int openCount,
      List<IncidentView> closed) {}

  /**
   * One source among others.
   *
   * @param name source
   * @param condition its state
   * @param phase of its calibration
   * @param progress of its learning, in [0, 1]
   * @param recalibrationProposed whether it is proposed that it learns again
   * @param frames its frames that were read, including those before this process started
   * @param framesPerSecond rate of its frames
   * @param scoredAt when its last frame was scored, milliseconds since 1970; 0 before the first
   * @param lastSequence its last frame
   * @param statistic drift statistic at the last frame; null while the source is not watched
   * @param threshold its threshold
   * @param trend largest share of the threshold in periods of ten seconds, oldest first
   * @param newestPeriod number of the last of them, which counts up by one every ten seconds
   * @param sentence headline of its open incident, or else why it needs a review
   * @param unreadable latents that too many of its last frames do not show
   */
  public record Row(
      String name,
      SourceCondition condition,
      CalibrationPhase phase,
      double progress,
      boolean recalibrationProposed,
      long frames,
      double framesPerSecond,
      long scoredAt,
      long lastSequence,
      @Nullable Double statistic,
      @Nullable Double threshold,
      List<@Nullable Double> trend,
      long newestPeriod,
      @Nullable String sentence,
      List<String> unreadable) {}

  /**
   * Normal state of one residual of a source, see {@code LatentCalibration}.
   *
   * @param latent name
   * @param level its mean, in standard deviations of the model's calibration
   * @param spread its standard deviation, in the same unit
   * @param lagOne correlation of consecutive frames
   * @param slope of the observed on the expected value
   * @param effectiveSamples independent frames that would determine the level as well
   * @param smallest changes that the detector finds on average; empty while nothing is watched, for
   *     a category, and for a model that this process has not read
   */
  public record LatentNormalView(
      String latent,
      @Nullable Double level,
      @Nullable Double spread,
      @Nullable Double lagOne,
      @Nullable Double slope,
      @Nullable Double effectiveSamples,
      List<SmallestChange> smallest) {}

  /**
   * The commissioning of some sources.
   *
   * @param sources by name
   * @param common shifts that all sources have that need a review, one sentence each
   */
  public record CommissioningsView(List<CommissioningView> sources, List<String> common) {}

  /**
   * The commissioning of one source, see {@code CommissioningReport}.
   *
   * @param source its name
   * @param revision of the calibration in force; 0 for the model's own
   * @param progress of the learning, in [0, 1]
   * @param provisional whether the calibration in force rests on less than a day
   * @param reasons why the source still learns or needs a review, one sentence each
   * @param proposals to learn again
   * @param at capture time of the frame after which this holds, milliseconds since 1970
   * @param sequence of that frame
   * @param frames that the calibration in force was learned from; 0 without one of the source
   * @param effectiveSamples smallest number over all latents; null without one of the source
   * @param latents normal state of each; empty without a calibration of the source
   */
  public record CommissioningView(
      String source,
      CalibrationPhase phase,
      int revision,
      double progress,
      boolean provisional,
      List<String> reasons,
      List<ProposalView> proposals,
      long at,
      long sequence,
      String modelId,
      long frames,
      @Nullable Double effectiveSamples,
      List<LatentNormalView> latents,
      @Nullable ChallengerView challenger) {}

  /**
   * A proposal to learn again, see {@code RecalibrationProposal}.
   *
   * @param context of the source; empty if it has one normal state for all frames
   * @param direction which way p-values are off
   * @param since capture time of the first frame that shows it, milliseconds since 1970
   * @param samples effective samples of the last block
   * @param smallShare part of them with a p-value of at most 0.2
   * @param meanRank mean rank of their innovations, 0.5 if nothing has changed
   * @param distance from the uniform distribution, Cohen's w
   * @param pValue of the test
   * @param text all of that in words
   */
  public record ProposalView(
      String context,
      String latent,
      NonUniformity.Direction direction,
      long since,
      long samples,
      @Nullable Double smallShare,
      @Nullable Double meanRank,
      @Nullable Double distance,
      @Nullable Double pValue,
      String text) {}

  /** The same under a model in shadow, see {@code CommissioningReport.Challenger}. */
  public record ChallengerView(
      String modelId, CalibrationPhase phase, double progress, List<String> reasons) {}

  /** A latent that is a cause, see {@code Finding.Cause}. */
  public record CauseView(
      String latent,
      List<String> parents,
      @Nullable Double evidence,
      @Nullable Double pValue,
      double share) {}

  /** Offset of the frame of a finding on Kafka. */
  public record FrameReferenceView(String topic, int partition, long offset) {}

  /**
   * The frame that an incident shows.
   *
   * @param modelId model that scored it
   */
  public record IncidentFrameView(FrameReferenceView frame, String modelId, String modelDigest) {}

  /**
   * Estimated begin of a change.
   *
   * @param sequence most likely first frame
   * @param low lower end of the interval
   * @param high upper end
   * @param coverage of the interval
   * @param at capture time of the most likely first frame
   * @param frame location of that frame on Kafka; null if it is unknown
   */
  public record ChangePointView(
      long sequence,
      long low,
      long high,
      double coverage,
      Instant at,
      @Nullable FrameReferenceView frame) {}

  /**
   * Size of a deviation, with the minimum that a rule sets for it.
   *
   * @param latent empty for pixels
   * @param size null if it is unknown
   * @param unit {@code FACTOR}, {@code STANDARD_DEVIATIONS} or {@code PIXELS}
   */
  public record EffectView(String latent, @Nullable Double size, double minimum, String unit) {}

  /**
   * The current state of an incident: the fields of the record {@code Incident} as the topic has
   * them in JSON, and two more.
   *
   * @param verdict of an operator: {@code true} or {@code false}; null before
   * @param assignee who looks after it; null before somebody does
   */
  public record IncidentView(
      String incidentId,
      String source,
      String subject,
      String state,
      @Nullable String reason,
      String severity,
      String kind,
      String headline,
      String explanation,
      String advice,
      @Nullable String threshold,
      @Nullable String note,
      List<CauseView> causes,
      @Nullable EffectView effect,
      @Nullable ChangePointView changePoint,
      Instant openedAt,
      Instant updatedAt,
      @Nullable Instant endedAt,
      long openedSequence,
      long updatedSequence,
      long events,
      int flaps,
      @Nullable String follows,
      @Nullable String mergedInto,
      String modelId,
      String modelDigest,
      @Nullable IncidentFrameView frame,
      Map<String, String> labels,
      @Nullable String verdict,
      @Nullable String assignee) {}

  /**
   * A source over a long time, in periods. A number is null if a period has none.
   *
   * @param at now, milliseconds since 1970
   * @param source its name
   * @param from start of the first period, milliseconds since 1970
   * @param period length of each, in milliseconds
   * @param latents names of the latents; empty while no frame has arrived
   * @param drift largest drift statistic of each period, as a share of its threshold
   * @param means mean residual of each latent and period, in standard deviations
   * @param extremes residual furthest from zero of each latent and period
   * @param incidents that were open in that time, the last changed first
   */
  public record HistoryView(
      long at,
      String source,
      long from,
      long period,
      List<String> latents,
      List<@Nullable Float> drift,
      List<List<@Nullable Float>> means,
      List<List<@Nullable Float>> extremes,
      List<IncidentView> incidents) {}

  /**
   * Incidents that were asked for.
   *
   * @param at now, milliseconds since 1970
   * @param matching number of all of them
   * @param open how many of these are open
   * @param page number of this page, from 0
   * @param groups their common parts, if that was asked for, at most 100
   * @param incidents one page of them, the most urgent first
   */
  public record IncidentsView(
      long at,
      int matching,
      int open,
      int page,
      List<IncidentGroup> groups,
      List<IncidentView> incidents) {}

  /**
   * Incidents with something in common.
   *
   * @param severity of the worst
   */
  public record IncidentGroup(String key, int open, int all, String severity) {}

  /**
   * A state that an incident was in.
   *
   * @param at capture time of the frame that changed it, milliseconds since 1970
   */
  public record StepView(
      long at,
      String state,
      @Nullable String reason,
      String severity,
      String subject,
      String headline,
      String explanation,
      @Nullable String note) {}

  /**
   * All about an incident.
   *
   * @param at now, milliseconds since 1970
   * @param steps its states since this process reads them, the oldest first
   * @param events that it groups and that are remembered here, newest first
   * @param commands about it, and about its source while it was open, newest first
   * @param similar earlier incidents of its subject, those of its source first
   * @param group alert that lists it with incidents of other sources; null if no alert does, or if
   *     the visitor may not see all of these sources
   * @param escalations of the alert that shows it, until receivers have got its end
   */
  public record IncidentDetail(
      long at,
      IncidentView incident,
      List<StepView> steps,
      List<EventView> events,
      List<CommandView> commands,
      List<IncidentView> similar,
      @Nullable AlertGroupView group,
      List<EscalationView> escalations) {}

  /**
   * A further receiver of an incident that nobody acknowledged in time.
   *
   * @param at when it was decided, milliseconds since 1970
   */
  public record EscalationView(String receiver, long at) {}

  /**
   * An alert that lists incidents of several sources.
   *
   * @param id that receivers know
   * @param label that its sources have in common
   * @param value of that label
   * @param incidents number of all its incidents
   * @param children the first 200 of them, as they joined
   */
  public record AlertGroupView(
      String id,
      String label,
      String value,
      String state,
      String severity,
      String headline,
      String explanation,
      Instant openedAt,
      @Nullable Instant endedAt,
      int incidents,
      List<AlertChildView> children) {}

  /**
   * An incident of such a group.
   *
   * @param subject of the incident now
   */
  public record AlertChildView(String incidentId, String source, String subject, boolean open) {}

  /**
   * The stored evidence of an incident.
   *
   * @param subject of the incident when it was drawn
   * @param modelId model that drew it
   * @param sequence of the frame
   * @param capturedAt capture time of the frame, milliseconds since 1970
   * @param pictures last segments of their addresses
   */
  public record EvidenceView(
      String incidentId,
      String source,
      String subject,
      String modelId,
      long sequence,
      long capturedAt,
      List<String> pictures) {}

  /**
   * Some audit entries, the newest first.
   *
   * @param matching how many match
   * @param page of these, from 0
   */
  public record AuditView(int matching, int page, List<AuditEntryView> entries) {}

  /**
   * One change of a person, or one that was denied.
   *
   * @param at milliseconds since 1970
   * @param sources some of the sources that it concerned
   * @param sourceCount how many it concerned
   * @param scene whose models it concerned; empty for none
   */
  public record AuditEntryView(
      long at,
      String by,
      String action,
      String target,
      List<String> sources,
      int sourceCount,
      String scene,
      AuditEntry.Outcome outcome,
      String detail) {}

  /**
   * One event.
   *
   * @param what {@code anomaly}, {@code drift} or {@code intervention}
   * @param kind which one, upper case
   * @param lastAt capture time of its last frame
   * @param condition assumption under which its figures hold
   * @param motion of the camera; null unless it has moved
   */
  public record EventView(
      String eventId,
      String incidentId,
      String modelId,
      String what,
      String kind,
      Instant lastAt,
      long firstSequence,
      long lastSequence,
      String severity,
      String headline,
      String explanation,
      List<CauseView> causes,
      List<ReadingView> readings,
      FrameReferenceView frame,
      @Nullable Double statistic,
      @Nullable Double threshold,
      @Nullable Double pValue,
      String condition,
      @Nullable MotionView motion) {}

  /**
   * Motion of a camera.
   *
   * @param right shift of the picture to the right, as a share of its width
   * @param down shift down, as a share of its height
   * @param degrees turn clockwise
   * @param scale size against before
   */
  public record MotionView(double right, double down, double degrees, double scale) {}

  /**
   * One latent as seen and as expected, in standard deviations of the training set, and in the unit
   * of its factor if labels gave one.
   */
  public record ReadingView(
      String latent,
      @Nullable Double observed,
      @Nullable Double expected,
      @Nullable Double observedFactor,
      @Nullable Double expectedFactor) {}

  /**
   * An order of an operator about a source or an incident.
   *
   * @param assignee who looks after the incident; null for other kinds than {@code acknowledge}
   */
  public record CommandView(
      String id,
      String kind,
      String by,
      String reason,
      long at,
      @Nullable Long until,
      @Nullable String assignee) {}

  /**
   * A command that was stored or revoked.
   *
   * @param kind which one; empty if an unknown command was revoked
   * @param revoked whether the request took it back
   * @param applies sources that it covers, or its lasting effects after it was taken back; may be
   *     empty
   * @param sources known ones that it covers
   */
  public record StoredCommand(
      String id, String kind, boolean revoked, String applies, List<String> sources) {}

  /** An edge of the graph; its confidence is the share of half-samples that have it, in [0, 1]. */
  public record EdgeView(String from, String to, double confidence) {}

  /** The causal graph. */
  public record GraphView(List<String> nodes, List<EdgeView> edges) {}

  /**
   * Rows by column.
   *
   * @param cursor position of the reader
   * @param reset whether these rows replace all earlier ones instead of following them
   * @param millis times, milliseconds since 1970
   * @param columns {@code [column][row]}
   */
  public record Rows(
      long cursor,
      boolean reset,
      List<Long> sequence,
      List<Long> millis,
      List<List<@Nullable Double>> columns) {}

  /**
   * A latent that frames of a source do not show.
   *
   * @param since capture time of the first of them, milliseconds since 1970
   * @param frames how many of the last 32 do not show it
   * @param observed last value before, in standard deviations of the training set; null if this
   *     process knows no earlier frame
   * @param observedFactor the last value in the unit of its factor; null if labels gave none
   */
  public record UnreadableView(
      String latent,
      long since,
      int frames,
      @Nullable Double observed,
      @Nullable Double observedFactor) {}

  /**
   * The last frame of a source.
   *
   * @param unreadable latents that cannot be read, in the order of the readings
   */
  public record LastFrame(
      long sequence,
      long capturedAt,
      long scoredAt,
      String modelId,
      int partition,
      long offset,
      List<ReadingView> readings,
      List<UnreadableView> unreadable,
      List<@Nullable Double> standardized,
      List<@Nullable Double> pValues,
      @Nullable Double jointPValue,
      @Nullable Double reconstructionPValue,
      @Nullable Double appearancePValue) {}

  /**
   * Why a source is as it is.
   *
   * @param topic short name of the reason, such as {@code silenced}
   * @param sentence without a full stop
   * @param commands that change it
   */
  public record ReasonView(String topic, String sentence, List<String> commands) {}

  /**
   * Why a source is not watched, alarms never, or alarms too often.
   *
   * @param reasons the most important first; at least one
   */
  public record ReasonsView(long at, String source, List<ReasonView> reasons) {}

  /**
   * Forecast of a source from its last frame.
   *
   * @param at capture time of that frame, milliseconds since 1970
   * @param model its model
   * @param seconds length of the forecast
   * @param longestSeconds greatest length on request
   * @param latents their futures
   * @param limits when they are reached
   */
  public record ForecastView(
      long at,
      String model,
      double seconds,
      double longestSeconds,
      List<LatentForecast> latents,
      List<LimitForecast> limits) {}

  /**
   * One source. Large parts that have not changed since the reader's last update are left out.
   *
   * @param row as in the overview
   * @param silentAfter milliseconds without a frame after which it counts as silent
   * @param graph of the model that scored its last frame; left out if unchanged
   * @param scales window lengths of the drift detector, in frames
   * @param samples frames that the detector has seen
   * @param pValues of the residuals of the last evaluated frame under the calibration in force;
   *     empty while the source is not watched
   * @param targetRunLength average run length that the threshold is set for, in frames
   * @param quietRunLength run length that its own quiet periods show
   * @param last its last frame
   * @param longestForecast greatest length of a forecast in seconds; left out if no equation uses
   *     earlier frames
   * @param scores columns: standardised residual of each latent, then minus log10 of the joint
   *     p-value
   * @param drift columns: statistic, threshold, statistic and threshold of the picture, then the
   *     statistic at each scale
   * @param trendStart start of the first period of {@code trends}, milliseconds since 1970
   * @param trends share of the drift threshold, then the residual furthest from zero of each
   *     latent, in periods of ten seconds; left out if unchanged
   * @param commissioning its normal state; left out if unchanged, and where the source never
   *     learned
   * @param incidents newest first; left out if unchanged
   * @param events newest first; left out if unchanged
   * @param commands of operators about it, newest first; left out if unchanged
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SourceView(
      long at,
      Row row,
      long silentAfter,
      @Nullable GraphView graph,
      List<Integer> scales,
      long samples,
      List<@Nullable Double> pValues,
      @Nullable Double targetRunLength,
      @Nullable Double quietRunLength,
      @Nullable LastFrame last,
      @Nullable Double longestForecast,
      Rows scores,
      Rows drift,
      long trendStart,
      @Nullable List<List<@Nullable Double>> trends,
      @Nullable CommissioningView commissioning,
      @Nullable List<IncidentView> incidents,
      @Nullable List<EventView> events,
      @Nullable List<CommandView> commands) {}

  /**
   * Counts since the process started, and the last findings.
   *
   * @param modelId model in use
   * @param graph its edges in words
   * @param framesScored frames with a score
   * @param framesPerSecond rate over the last ten seconds
   * @param deadLetters records refused, by reason
   * @param sources one row per source
   * @param findings last findings, newest first
   */
  public record Status(
      String modelId,
      String graph,
      long framesScored,
      double framesPerSecond,
      Map<String, Long> deadLetters,
      List<Source> sources,
      List<FindingView> findings) {}

  /**
   * One source now.
   *
   * @param name source
   * @param frames frames scored
   * @param lastSequence last frame
   * @param driftStatistic detector statistic at the last frame
   * @param driftThreshold its threshold
   * @param latents names of the latents
   * @param standardized standardised residuals of the last frame, in the order of {@code latents}
   */
  public record Source(
      String name,
      long frames,
      long lastSequence,
      double driftStatistic,
      double driftThreshold,
      List<String> latents,
      float[] standardized) {}

  /**
   * One finding in words.
   *
   * @param at capture time, ISO-8601
   * @param source source of the frame
   * @param sequence its sequence
   * @param kind such as {@code anomaly: residual}
   */
  public record FindingView(
      String at, String source, long sequence, String kind, String headline, String explanation) {}
}
