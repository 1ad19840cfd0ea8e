package dev.residua.dashboard;

import dev.residua.access.AccessRole;
import dev.residua.access.AuditEntry;
import dev.residua.access.AuditExport;
import dev.residua.access.AuditQuery;
import dev.residua.access.Visitor;
import dev.residua.dashboard.LiveViews.AuditEntryView;
import dev.residua.dashboard.LiveViews.AuditView;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The audit log: {@code GET /api/audit} lists the entries that are asked for, the newest first, of
 * the newest {@value LiveAudit#MAX_ENTRIES}; {@code GET /api/audit/export} gives all that Kafka
 * keeps as a file, the oldest first. 400 with a sentence for invalid parameters, 403 without an
 * owner grant, 503 in a process without the dashboard role. An owner in a scope gets the entries of
 * the scope.
 */
@Path("/api/audit")
public class AuditResource {
  private final LiveAudit audit;
  private final Visitors visitors;

  @Inject
  public AuditResource(LiveAudit audit, Visitors visitors) {
    this.audit = audit;
    this.visitors = visitors;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response entries(
      @QueryParam("text") @DefaultValue("") String text,
      @QueryParam("outcome") @DefaultValue("") String outcome,
      @QueryParam("from") @DefaultValue("") String from,
      @QueryParam("to") @DefaultValue("") String to,
      @QueryParam("page") @DefaultValue("0") String page,
      @QueryParam("size") @DefaultValue("50") String size) {
    Visitor visitor = visitors.now();
    if (isDenied(visitor)) {
      return denied(visitor);
    }
    try {
      int wanted = Pages.number("page", page);
      int most = Pages.number("size", size);
      Pages.check(wanted, most);
      List<AuditEntry> all = audit.matching(visitor, AuditQuery.of(text, outcome, from, to));
      int shown = Pages.within(wanted, most, all);
      return Response.ok(
              new AuditView(
                  all.size(),
                  shown,
                  Pages.of(all, shown, most).stream().map(AuditResource::view).toList()))
          .build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  private static AuditEntryView view(AuditEntry entry) {
    return new AuditEntryView(
        entry.at().toEpochMilli(),
        entry.by(),
        entry.action(),
        entry.target(),
        entry.sources(),
        entry.sourceCount(),
        entry.scene(),
        entry.outcome(),
        entry.detail());
  }

  @GET
  @Path("/export")
  public Response export(
      @QueryParam("format") @DefaultValue("csv") String format,
      @QueryParam("text") @DefaultValue("") String text,
      @QueryParam("outcome") @DefaultValue("") String outcome,
      @QueryParam("from") @DefaultValue("") String from,
      @QueryParam("to") @DefaultValue("") String to) {
    Visitor visitor = visitors.now();
    if (isDenied(visitor)) {
      return denied(visitor);
    }
    try {
      AuditExport export =
          LiveSession.oneOf("format", AuditExport.values(), "text, csv, jsonl", format)
              .orElse(AuditExport.CSV);
      AuditQuery query = AuditQuery.of(text, outcome, from, to);
      LiveAudit.Stored all = audit.stored();
      StreamingOutput file =
          stream -> {
            Writer lines = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
            lines.write(export.start());
            all.read(
                entry -> {
                  if (query.matches(entry) && entry.isVisibleTo(visitor)) {
                    lines.write(export.line(entry));
                  }
                });
            lines.flush();
          };
      return Response.ok(file, export.mediaType() + ";charset=UTF-8")
          .header(
              "Content-Disposition",
              "attachment; filename=\"residua-audit.%s\""
                  .formatted(export.name().toLowerCase(Locale.ROOT)))
          .build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    } catch (IOException e) {
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  private static boolean isDenied(Visitor visitor) {
    return !visitor.person().grants().allowAnywhere(AccessRole.OWNER);
  }

  private static Response denied(Visitor visitor) {
    return Problems.answer(
        Response.Status.FORBIDDEN,
        "the audit log is for those with the grant owner, for every source or in a scope; you have %s: sign in with a token that has it"
            .formatted(visitor.held()));
  }
}
