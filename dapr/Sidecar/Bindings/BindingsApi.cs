using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Resiliency;

namespace Dapr.Sidecar.Bindings;

/// <summary>Dapr's API of output bindings (https://docs.dapr.io/reference/api/bindings_api/).</summary>
internal sealed class BindingsApi(ComponentCatalog catalog, AppDirectory apps, ResiliencyPolicies policies)
{
    private const string Code = "ERR_INVOKE_OUTPUT_BINDING";
    private static readonly string[] PostOrPut = ["POST", "PUT"];

    public static void Map(WebApplication host)
    {
        var api = host.Services.GetRequiredService<BindingsApi>();
        host.MapMethods("/v1.0/bindings/{name}", PostOrPut, (HttpContext http, string name) => api.InvokeAsync(http, name));
    }

    private async Task<IResult> InvokeAsync(HttpContext http, string name)
    {
        var component = catalog.For(apps.Of(http).Id).FirstOrDefault(candidate => candidate.Spec.Name == name && candidate.Instance is IOutputBinding && BindingDirection.Allows(candidate, "output"));
        if (component?.Instance is not IOutputBinding binding)
        {
            return Failure(name, $"couldn't find output binding {name}");
        }

        try
        {
            var body = await JsonBody.ReadAsync<Body>(http);
            if (body.Operation is not { Length: > 0 } operation || !binding.Operations.Contains(operation))
            {
                return Failure(name, $"binding {name} does not support operation {body.Operation}. supported operations: {string.Join(' ', binding.Operations)}");
            }

            var data = body.Data.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? [] : JsonSerializer.SerializeToUtf8Bytes(body.Data);
            var request = new BindingRequest(operation, data, body.Metadata ?? []);
            var result = await policies.Outbound(name).ExecuteAsync(async token => await binding.InvokeAsync(request, token), http.RequestAborted);
            foreach (var (key, value) in result.Metadata ?? new Dictionary<string, string>())
            {
                http.Response.Headers[$"metadata.{key}"] = value;
            }

            return result.Data is null ? Results.NoContent() : Results.Bytes(result.Data, result.ContentType);
        }
        catch (BadRequestException error)
        {
            return ApiError.Result(StatusCodes.Status400BadRequest, error.Code, error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException || !http.RequestAborted.IsCancellationRequested)
        {
            return Failure(name, error.Message);
        }
    }

    private static IResult Failure(string name, string reason) =>
        ApiError.Result(StatusCodes.Status500InternalServerError, Code, $"error invoking output binding {name}: {reason}");

    private sealed record Body
    {
        [JsonPropertyName("data")]
        public JsonElement Data { get; init; }

        [JsonPropertyName("metadata")]
        public Dictionary<string, string>? Metadata { get; init; }

        [JsonPropertyName("operation")]
        public string? Operation { get; init; }
    }
}
