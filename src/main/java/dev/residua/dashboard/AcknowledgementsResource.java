package dev.residua.dashboard;

import dev.residua.incident.ControlRequest;
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
 * What people do in the programs that are notified comes back: {@code POST
 * /api/acknowledgements/RECEIVER} takes the webhooks of a receiver of type PagerDuty. Requests need
 * no token but the signature of that receiver. 202 for an event that was taken or concerns nobody
 * here, 401 for a wrong signature, 404 for an unknown receiver, 503 while Kafka is unavailable, so
 * that the event comes again.
 */
@Path(AcknowledgementsResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class AcknowledgementsResource {
  public static final String PATH = "/api/acknowledgements";

  private final LiveHistory history;
  private final ControlOrders orders;
  private final AuditTrail audit;
  private final Clock clock;
  private volatile Map<String, byte[]> secrets = Map.of();

  @Inject
  public AcknowledgementsResource(LiveHistory history, ControlOrders orders, AuditTrail audit) {
    this(history, orders, audit, Clock.systemUTC());
  }

  AcknowledgementsResource(
      LiveHistory history, ControlOrders orders, AuditTrail audit, Clock clock) {
    this.history = history;
    this.orders = orders;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * From now on events are taken.
   *
   * @param signing signing secret of each receiver whose events come back, by its name
   */
  public void open(Map<String, byte[]> signing) {
    secrets = Map.copyOf(signing);
  }

  @POST
  @Path("/{receiver}")
  public Response post(
      @PathParam("receiver") String receiver,
      @HeaderParam(PagerDutyWebhook.SIGNATURE) @Nullable String signature,
      byte @Nullable [] sent) {
    byte[] body = sent == null ? new byte[0] : sent;
    byte[] secret = secrets.get(receiver);
    if (secret == null) {
      return Problems.answer(
          Response.Status.NOT_FOUND,
          "the receiver '%s' has no residua.alerting.receivers.NAME.webhook-secret"
              .formatted(receiver));
    }
    if (!PagerDutyWebhook.isSigned(secret, body, signature)) {
      return Problems.answer(
          Response.Status.UNAUTHORIZED,
          "%s is not the signature of this body with the secret of receiver %s"
              .formatted(PagerDutyWebhook.SIGNATURE, receiver));
    }
    Instant now = clock.instant();
    try {
      Optional<PagerDutyWebhook> event =
          PagerDutyWebhook.read(body)
              .filter(e -> history.sourceOfIncident(e.incident()).isPresent());
      if (event.isPresent()) {
        acknowledge(receiver, event.get(), now);
      }
      return Response.accepted(Map.of("acknowledged", event.isPresent())).build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    } catch (IOException e) {
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  private void acknowledge(String receiver, PagerDutyWebhook event, Instant now)
      throws IOException {
    String person = "%s (%s)".formatted(event.person(), receiver);
    String id = receiver + "-" + event.event();
    ControlResource.checkId(id);
    ControlRequest request =
        new ControlRequest(
            ControlRequest.Kind.ACKNOWLEDGE,
            Map.of("incident", event.incident(), "reason", "acknowledged in PagerDuty"),
            name -> name);
    AuditTrail.Change change =
        new AuditTrail.Change(
            person,
            "acknowledge",
            event.incident(),
            history.sourceOfIncident(event.incident()).stream().toList(),
            "",
            "acknowledged in PagerDuty");
    try {
      orders.write(id, request.command(id, now, person));
      audit.done(change);
    } catch (IOException e) {
      audit.failed(change, e);
      throw e;
    }
  }
}
