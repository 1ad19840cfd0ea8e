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
import java.util.List;
import java.util.Locale;

/**
 * The audit log: {@code GET /api/audit} lists the entries that are asked for, the newest first;
 * {@code GET /api/audit/export} gives them as a file, the oldest first. The newest {@value
 * LiveAudit#MAX_ENTRIES} are known here; {@code residua audit} reads all. 400 with a sentence for
 * invalid parameters, 403 without an owner grant. An owner in a scope gets the entries of the
 * scope.
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
          LiveSession.oneOf("format", AuditExport.values(), "csv, jsonl", format)
              .orElse(AuditExport.CSV);
      List<AuditEntry> all = audit.matching(visitor, AuditQuery.of(text, outcome, from, to));
      StringBuilder file = new StringBuilder(export.start());
      for (int i = all.size() - 1; i >= 0; i--) {
        file.append(export.line(all.get(i)));
      }
      return Response.ok(file.toString(), export.mediaType() + ";charset=UTF-8")
          .header(
              "Content-Disposition",
              "attachment; filename=\"residua-audit.%s\""
                  .formatted(export.name().toLowerCase(Locale.ROOT)))
          .build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
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
