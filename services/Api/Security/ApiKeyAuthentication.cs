using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Serverless.Api.Security;

/// <summary>
/// Who calls: the key in <c>Authorization: Bearer</c> (RFC 6750) or <c>x-api-key</c>. While there is no key at all and only loopback listens, everybody
/// is the tenant <see cref="DefaultTenant"/> with every scope. The tenant comes from the key only.
/// </summary>
public sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeyFile file, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "api-key";

    /// <summary>The tenant of an installation without keys.</summary>
    public const string DefaultTenant = "default";

    /// <summary>Claim that holds the tenant.</summary>
    public const string TenantClaim = "tenant";

    /// <summary>Claim for each scope.</summary>
    public const string ScopeClaim = "scope";

    /// <inheritdoc />
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (file.Keys.Count == 0)
        {
            return Task.FromResult(Ticket("anonymous", DefaultTenant, Scopes.All));
        }

        if (Presented(Request) is not { } text)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var found = file.Find(text, time.GetUtcNow());
        return Task.FromResult(found is null ? AuthenticateResult.Fail("the key is unknown, revoked or expired") : Ticket(found.Id, found.Tenant, found.Scopes));
    }

    /// <summary>The text that a request shows as its key; null if it shows none.</summary>
    public static string? Presented(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        const string Bearer = "Bearer ";
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim()
            : request.Headers["x-api-key"].ToString() is { Length: > 0 } header ? header
            : null;
    }

    private static AuthenticateResult Ticket(string id, string tenant, IEnumerable<string> scopes)
    {
        var claims = scopes.Select(scope => new Claim(ScopeClaim, scope)).Append(new Claim(TenantClaim, tenant)).Append(new Claim(ClaimTypes.NameIdentifier, id));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName));
    }
}
