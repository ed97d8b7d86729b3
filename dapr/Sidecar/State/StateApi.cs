using System.Text.Json.Nodes;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.State;

/// <summary>Dapr's state API (https://docs.dapr.io/reference/api/state_api/). Saving several entries at once is all or nothing here.</summary>
internal static class StateApi
{
    private static readonly string[] PostOrPut = ["POST", "PUT"];

    public static void Map(WebApplication host)
    {
        host.MapMethods("/v1.0/state/{store}", PostOrPut, SaveAsync);
        host.MapMethods("/v1.0/state/{store}/bulk", PostOrPut, GetBulkAsync);
        host.MapMethods("/v1.0/state/{store}/transaction", PostOrPut, TransactAsync);
        host.MapGet("/v1.0/state/{store}/{**key}", GetAsync);
        host.MapDelete("/v1.0/state/{store}/{**key}", DeleteAsync);
    }

    private static Task<IResult> SaveAsync(HttpContext http, string store, StateStores stores) => stores.RunAsync(http, store, async call =>
    {
        var requests = await JsonBody.ReadAsync<List<StateRequest>>(http);
        var common = JsonBody.Metadata(http);
        await call.ApplyAsync([.. requests.Select(request => request.ToChange(call.FullKey, delete: false, common))]);
        return Results.NoContent();
    }, "ERR_STATE_SAVE", reason => $"failed saving state in state store {store}: {reason}");

    private static Task<IResult> GetAsync(HttpContext http, string store, StateStores stores) => stores.RunAsync(http, store, async call =>
    {
        var key = RawPath.After(3, http);
        new StateRequestOptions { Consistency = http.Request.Query["consistency"] }.IsFirstWrite();
        if ((await call.GetAsync([call.FullKey(StateRequest.RequireKey(key))])) is not [{ } entry])
        {
            return Results.NoContent();
        }

        http.Response.Headers.ETag = entry.ETag;
        if (entry.Expires is { } expires)
        {
            http.Response.Headers["metadata.ttlExpireTime"] = Rfc3339(expires);
        }

        return Results.Bytes(entry.Value, "application/json");
    }, "ERR_STATE_GET", reason => $"fail to get {RawPath.After(3, http)} from state store {store}: {reason}");

    private static Task<IResult> GetBulkAsync(HttpContext http, string store, StateStores stores) => stores.RunAsync(http, store, async call =>
    {
        var keys = (await JsonBody.ReadAsync<StateBulkRequest>(http)).Keys;
        var entries = await call.GetAsync([.. keys.Select(key => call.FullKey(StateRequest.RequireKey(key)))]);
        return Results.Json(new JsonArray([.. keys.Zip(entries, Describe)]));
    }, "ERR_STATE_BULK_GET", reason => $"failed to get keys from state store {store}: {reason}");

    private static Task<IResult> DeleteAsync(HttpContext http, string store, StateStores stores) => stores.RunAsync(http, store, async call =>
    {
        var request = new StateRequest
        {
            Key = RawPath.After(3, http),
            ETag = http.Request.Headers.IfMatch.ToString().Trim('"'),
            Options = new() { Concurrency = http.Request.Query["concurrency"], Consistency = http.Request.Query["consistency"] },
        };
        await call.ApplyAsync([request.ToChange(call.FullKey, delete: true)]);
        return Results.NoContent();
    }, "ERR_STATE_DELETE", reason => $"failed deleting state with key {RawPath.After(3, http)}: {reason}");

    private static Task<IResult> TransactAsync(HttpContext http, string store, StateStores stores) => stores.RunAsync(http, store, async call =>
    {
        var transaction = await JsonBody.ReadAsync<StateTransactionRequest>(http);
        await call.ApplyAsync([.. transaction.Operations.Select(operation => operation.Operation switch
        {
            "upsert" or "delete" => (operation.Request ?? throw new BadRequestException($"a {operation.Operation} has no \"request\""))
                .ToChange(call.FullKey, operation.Operation == "delete", transaction.Metadata),
            var other => throw new BadRequestException($"operation type {other} not supported", "ERR_NOT_SUPPORTED_STATE_OPERATION"),
        })]);
        return Results.NoContent();
    }, "ERR_STATE_TRANSACTION", reason => $"error while executing state transaction: {reason}", mismatchStatus: StatusCodes.Status500InternalServerError);

    private static JsonObject Describe(string key, StateEntry? entry)
    {
        var item = new JsonObject { ["key"] = key };
        if (entry is not null)
        {
            item["data"] = JsonNode.Parse(entry.Value);
            item["etag"] = entry.ETag;
            if (entry.Expires is { } expires)
            {
                item["metadata"] = new JsonObject { ["ttlExpireTime"] = Rfc3339(expires) };
            }
        }

        return item;
    }

    private static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
