using System.Globalization;
using System.Threading.RateLimiting;
using Serverless.Api.Hosting;
using Serverless.Api.Security;

namespace Serverless.Api.Configuration;

/// <summary>Limits the requests of each tenant: 429 with <c>Retry-After</c> for what goes past (RFC 6585). Probes and metrics are not counted.</summary>
internal static class RateLimiting
{
    public static void AddRateLimits(this IServiceCollection services, ServiceConfig config) => services.AddRateLimiter(limiter =>
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) && context.User.Identity is { IsAuthenticated: true }
                ? PartitionOf(context.User.Tenant(), config)
                : RateLimitPartition.GetNoLimiter(""));
        limiter.OnRejected = async (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
            var context = rejected.HttpContext;
            context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            var tenant = context.User.Tenant();
            var limit = config.RateLimitOf(tenant)!;
            await Problems.Of(
                StatusCodes.Status429TooManyRequests, "rate_limited",
                $"Tenant {tenant} may make {limit.RequestsPerSecond} requests a second (rate_limits, burst {limit.Tokens}); try again in {wait} s.").ExecuteAsync(context);
        };
    });

    private static RateLimitPartition<string> PartitionOf(string tenant, ServiceConfig config) => config.RateLimitOf(tenant) is not { } limit
        ? RateLimitPartition.GetNoLimiter("")
        : RateLimitPartition.GetTokenBucketLimiter(tenant, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit.Tokens,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1 / limit.RequestsPerSecond),
            QueueLimit = 0,
        });
}
