using Dapr.Sidecar.Components;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Secrets;

/// <summary>Dapr's secrets API (https://docs.dapr.io/reference/api/secrets_api/), within the Configuration's secret scopes.</summary>
internal static class SecretsApi
{
    public static void Map(WebApplication host)
    {
        host.MapGet("/v1.0/secrets/{store}/bulk", GetAllAsync);
        host.MapGet("/v1.0/secrets/{store}/{**name}", GetAsync);
    }

    private static async Task<IResult> GetAsync(HttpContext http, string store, ComponentCatalog catalog, AppDirectory apps, ConfigurationSpec configuration)
    {
        var name = RawPath.After(3, http);
        if (Find(http, store, catalog, apps, out var secrets) is { } error)
        {
            return error;
        }

        if (!Allows(configuration, store, name))
        {
            return ApiError.Result(StatusCodes.Status403Forbidden, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{name}\" from \"{store}\"");
        }

        return await secrets.GetAsync(name, http.RequestAborted) is { } secret
            ? Results.Json(secret)
            : ApiError.Result(StatusCodes.Status500InternalServerError, "ERR_SECRET_GET", $"failed getting secret with key {name} from secret store {store}: secret {name} not found");
    }

    private static async Task<IResult> GetAllAsync(HttpContext http, string store, ComponentCatalog catalog, AppDirectory apps, ConfigurationSpec configuration)
    {
        if (Find(http, store, catalog, apps, out var secrets) is { } error)
        {
            return error;
        }

        var all = await secrets.GetAllAsync(http.RequestAborted);
        return Results.Json(all.Where(secret => Allows(configuration, store, secret.Key)).ToDictionary());
    }

    private static IResult? Find(HttpContext http, string name, ComponentCatalog catalog, AppDirectory apps, out ISecretStore store)
    {
        var app = apps.Of(http);
        if (catalog.TryGet<ISecretStore>(app, name, out var found))
        {
            store = found;
            return null;
        }

        store = null!;
        return catalog.Any<ISecretStore>(app)
            ? ApiError.Result(StatusCodes.Status401Unauthorized, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {name}")
            : ApiError.Result(StatusCodes.Status500InternalServerError, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
    }

    private static bool Allows(ConfigurationSpec configuration, string store, string name) =>
        configuration.SecretScopes.Where(scope => scope.StoreName == store).All(scope => scope.Allows(name));
}
