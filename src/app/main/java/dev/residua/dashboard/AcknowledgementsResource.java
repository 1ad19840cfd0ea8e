package dev.residua.dashboard;

import dev.residua.alerting.Grouping;
import dev.residua.alerting.ReceiverType;
import dev.residua.alerting.SlackProtocol;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommandParser;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Receives the actions of people in the notified programs: {@code POST
 * /api/acknowledgements/RECEIVER} takes the webhooks of PagerDuty and the clicks of Slack. Requests
 * need no token but the signature of that receiver. 200 for an event that was taken or concerns
 * nobody here, 401 for a wrong signature, 404 for an unknown receiver, 413 for a body above {@value
 * #MAX_BYTES} bytes, 503 while Kafka is unavailable, so that the event comes again.
 */
@Path(AcknowledgementsResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class AcknowledgementsResource {
  public static final String PATH = "/api/acknowledgements";

  /** Longest body, which is read before its signature can be checked. */
  public static final int MAX_BYTES = 64 << 10;

  /** Sentence of the refusal of a longer body. */
  public static final String TOO_LONG =
      "the body has more than %,d bytes; expected one event of PagerDuty or click of Slack"
          .formatted(MAX_BYTES);

  private final LiveHistory history;
  private final ControlCommandWriter orders;
  private final AuditTrail audit;
  private final Clock clock;
  private volatile Map<String, Signing> signing = Map.of();

  /**
   * Signature of the events of a receiver.
   *
   * @param type PagerDuty or Slack
   */
  public record Signing(ReceiverType type, byte[] secret) {}

  @Inject
  public AcknowledgementsResource(
      LiveHistory history, ControlCommandWriter orders, AuditTrail audit) {
    this(history, orders, audit, Clock.systemUTC());
  }

  AcknowledgementsResource(
      LiveHistory history, ControlCommandWriter orders, AuditTrail audit, Clock clock) {
    this.history = history;
    this.orders = orders;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Begins to accept events.
   *
   * @param receivers those whose events come back, by name
   */
  public void open(Map<String, Signing> receivers) {
    signing = Map.copyOf(receivers);
  }

  @POST
  @Path("/{receiver}")
  public Response post(
      @PathParam("receiver") String receiver,
      @HeaderParam(PagerDutyWebhook.SIGNATURE) @Nullable String pagerDuty,
      @HeaderParam(SlackInteraction.TIMESTAMP) @Nullable String slackTime,
      @HeaderParam(SlackInteraction.SIGNATURE) @Nullable String slack,
      byte @Nullable [] sent) {
    byte[] body = sent == null ? new byte[0] : sent;
    Signing from = signing.get(receiver);
    if (from == null) {
      return Problems.answer(
          Response.Status.NOT_FOUND,
          "the receiver '%s' has no secret for its events; set residua.alerting.receivers.NAME.webhook-secret for PagerDuty, key for Slack"
              .formatted(receiver));
    }
    if (body.length > MAX_BYTES) {
      return Problems.answer(Response.Status.REQUEST_ENTITY_TOO_LARGE, TOO_LONG);
    }
    boolean isSlack = from.type() == ReceiverType.SLACK;
    if (isSlack
        ? !SlackInteraction.isSigned(from.secret(), body, slackTime, slack, clock.instant())
        : !PagerDutyWebhook.isSigned(from.secret(), body, pagerDuty)) {
      return Problems.answer(
          Response.Status.UNAUTHORIZED,
          "%s is not the signature of this body with the secret of receiver %s"
              .formatted(
                  isSlack ? SlackInteraction.SIGNATURE : PagerDutyWebhook.SIGNATURE, receiver));
    }
    try {
      Optional<ReportedAcknowledgement> event =
          isSlack ? SlackInteraction.read(body, SlackProtocol.BUTTON) : PagerDutyWebhook.read(body);
      boolean taken = event.isPresent() && acknowledge(receiver, event.get());
      return Response.ok(Map.of("acknowledged", taken)).build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    } catch (IOException e) {
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  /**
   * Acknowledges the incident of an alert, for a group its first one, unless that event was taken
   * before; one whose acknowledgement was taken back stays so.
   *
   * @return whether the incident is known here
   * @throws IOException if the order cannot be stored now
   * @throws IllegalArgumentException if the event has an identity that no order may have
   */
  public boolean acknowledge(String receiver, ReportedAcknowledgement event) throws IOException {
    Optional<String> incident =
        Grouping.possibleIncidents(event.alert()).stream()
            .filter(one -> history.sourceOfIncident(one).isPresent())
            .findFirst();
    if (incident.isEmpty()) {
      return false;
    }
    String id = receiver + "-" + event.event();
    ControlResource.checkId(id);
    if (history.command(id).isEmpty() && !history.isTakenBack(id)) {
      write(id, incident.get(), "%s (%s)".formatted(event.person(), receiver), event.reason());
    }
    return true;
  }

  private void write(String id, String incident, String person, String reason) throws IOException {
    Instant now = clock.instant();
    ControlCommandParser request =
        new ControlCommandParser(
            ControlCommand.Kind.ACKNOWLEDGEMENT,
            Map.of("incident", incident, "reason", reason),
            name -> name);
    AuditTrail.Change change =
        new AuditTrail.Change(
            person,
            "acknowledge",
            incident,
            history.sourceOfIncident(incident).stream().toList(),
            "",
            reason);
    try {
      orders.write(id, request.command(id, now, person));
      audit.done(change);
    } catch (IOException e) {
      audit.failed(change, e);
      throw e;
    }
  }
}
