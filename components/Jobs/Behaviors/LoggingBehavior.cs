using System.Diagnostics;
using MediatR;
using Microsoft.Extensions.Logging;
using Serverless.Jobs.Commands;

namespace Serverless.Jobs.Behaviors;

/// <summary>Logs every command and query with its tenant and time, and traces it. Never what is in it.</summary>
public sealed partial class LoggingBehavior<TRequest, TResponse>(ILogger<LoggingBehavior<TRequest, TResponse>> logger, TimeProvider time) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    /// <inheritdoc />
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var tenant = (request as ITenantCommand)?.Tenant ?? "";
        using var activity = JobsTelemetry.Source.StartActivity(typeof(TRequest).Name);
        activity?.SetTag("tenant", tenant);
        var started = time.GetTimestamp();
        try
        {
            var response = await next();
            LogDone(typeof(TRequest).Name, tenant, time.GetElapsedTime(started).TotalMilliseconds);
            return response;
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
            LogFailed(error, typeof(TRequest).Name, tenant);
            throw;
        }
    }

    [LoggerMessage(2101, LogLevel.Debug, "{Command} of {Tenant} took {Milliseconds} ms.")]
    private partial void LogDone(string command, string tenant, double milliseconds);

    [LoggerMessage(2102, LogLevel.Warning, "{Command} of {Tenant} failed.")]
    private partial void LogFailed(Exception error, string command, string tenant);
}
