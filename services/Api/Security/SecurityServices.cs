using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Serverless.Api.Security;

/// <summary>Every route needs a caller and a scope unless it says otherwise.</summary>
internal static class SecurityServices
{
    public static void AddApiSecurity(this IServiceCollection services, ApiKeyFile keys)
    {
        services.AddSingleton(keys);
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, configureOptions: null);
        services.AddAuthorization(authorization =>
        {
            authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            foreach (var scope in Scopes.All)
            {
                authorization.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => Has(context.User, scope)));
            }
        });
    }

    /// <summary>The caller's tenant.</summary>
    public static string Tenant(this ClaimsPrincipal user) =>
        user.FindFirstValue(ApiKeyAuthentication.TenantClaim) ?? throw new InvalidOperationException("A route without a caller asked for its tenant.");

    private static bool Has(ClaimsPrincipal user, string scope) =>
        user.HasClaim(ApiKeyAuthentication.ScopeClaim, scope) || user.HasClaim(ApiKeyAuthentication.ScopeClaim, Scopes.Admin);
}
