using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dapr.Actors.AspNetCore;

/// <summary>The token by which an app knows its sidecar. Without one everyone may call.</summary>
internal sealed class AppApiToken(string token)
{
    private const string Header = "dapr-api-token";

    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    public RequestDelegate Guard(RequestDelegate handler) => _token.Length == 0 ? handler : context =>
    {
        var shown = Encoding.UTF8.GetBytes(context.Request.Headers[Header].ToString());
        if (CryptographicOperations.FixedTimeEquals(shown, _token))
        {
            return handler(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    };
}
