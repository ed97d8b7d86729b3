using System.Diagnostics;
using Dapr.Common.Serialization;
using Dapr.Protocol;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>What an activity ended with.</summary>
internal sealed record ActivityOutcome(string? Result, TaskFailureDetails? Failure);

/// <summary>Runs activities. One that is asked for again while it runs is not run a second time: both are answered by the one run.</summary>
internal sealed class ActivityRunner(IWorkflowsFactory factory, IServiceScopeFactory scopes, IDaprSerializer serializer, ILogger logger)
{
    private static readonly ActivitySource Tracing = new("Dapr.Workflow");

    private readonly InFlightActivities running = new();

    /// <summary>Runs an activity, or waits for the run that is under way.</summary>
    public async Task<ActivityResponse> RunAsync(ActivityRequest request, string completionToken)
    {
        var outcome = await running.RunAsync(request, RunOnceAsync).ConfigureAwait(false);
        return new ActivityResponse
        {
            InstanceId = request.WorkflowInstance?.InstanceId ?? "",
            TaskId = request.TaskId,
            Result = outcome.Result,
            FailureDetails = outcome.Failure,
            CompletionToken = completionToken,
        };
    }

    private async Task<ActivityOutcome> RunOnceAsync(ActivityRequest request)
    {
        using var trace = Trace(request);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (!factory.TryCreateActivity(new TaskIdentifier(request.Name), scope.ServiceProvider, out var activity, out var failure))
            {
                return NotCreated(request, failure);
            }

            var input = serializer.Deserialize(request.Input, activity.InputType);
            var output = await activity.RunAsync(new ActivityContext(request), input).ConfigureAwait(false);
            return new ActivityOutcome(
                output is null ? serializer.Serialize(output) : serializer.Serialize(output, output.GetType()), Failure: null);
        }
        catch (Exception failure)
        {
            trace?.SetStatus(ActivityStatusCode.Error, failure.Message);
            Log.ActivityFailed(logger, failure, request.Name, request.WorkflowInstance?.InstanceId ?? "");
            return new ActivityOutcome(Result: null, Failures.Of(failure));
        }
    }

    private ActivityOutcome NotCreated(ActivityRequest request, Exception? failure)
    {
        if (failure is null)
        {
            return new ActivityOutcome(Result: null, Failures.Of("ActivityNotFoundException", $"Activity '{request.Name}' not found"));
        }

        Log.ActivityFailed(logger, failure, request.Name, request.WorkflowInstance?.InstanceId ?? "");
        return new ActivityOutcome(
            Result: null,
            Failures.Of(failure.GetType().FullName ?? "", $"Activity '{request.Name}' failed to activate: {failure.Message}", failure.StackTrace));
    }

    private static Activity? Trace(ActivityRequest request) =>
        Tracing.HasListeners()
            ? Tracing.StartActivity($"activity {request.Name}", ActivityKind.Server, request.ParentTraceContext?.TraceParent)
            : null;
}

/// <summary>Which call of an activity this is.</summary>
internal sealed class ActivityContext(ActivityRequest request) : WorkflowActivityContext
{
    public override TaskIdentifier Identifier => new(request.Name);

    public override string TaskExecutionKey =>
        request.TaskExecutionId.Length > 0 ? request.TaskExecutionId : request.TaskId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public override string InstanceId => request.WorkflowInstance?.InstanceId ?? "";
}
