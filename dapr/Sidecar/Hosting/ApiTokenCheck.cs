using System.Security.Cryptography;
using System.Text;

namespace Dapr.Sidecar.Hosting;

/// <summary>Asks every caller but a health probe for the API token (header or gRPC metadata <c>dapr-api-token</c>), where one is set.</summary>
internal sealed class ApiTokenCheck(RequestDelegate next, SidecarOptions options)
{
    private readonly byte[]? _token = options.ApiToken is { Length: > 0 } token ? Encoding.UTF8.GetBytes(token) : null;

    public async Task InvokeAsync(HttpContext context)
    {
        if (_token is null || IsHealthProbe(context.Request.Path) || Shows(context))
        {
            await next(context);
        }
        else if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) is true)
        {
            // A gRPC error without a body: status in the headers (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "16";
            context.Response.Headers["grpc-message"] = "missing or wrong dapr-api-token";
        }
        else
        {
            await ApiError.Result(StatusCodes.Status401Unauthorized, "ERR_API_TOKEN", "missing or wrong dapr-api-token").ExecuteAsync(context);
        }
    }

    private static bool IsHealthProbe(PathString path) => path.StartsWithSegments("/v1.0/healthz", StringComparison.Ordinal);

    private bool Shows(HttpContext context) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers["dapr-api-token"].ToString()), _token);
}
