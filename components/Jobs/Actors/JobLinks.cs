using Dapr.Workflow;
using Serverless.Jobs.Catalog;
using Serverless.Jobs.Commands;
using Serverless.Placement.Pools;

namespace Serverless.Jobs.Actors;

/// <summary>Whom a job's actor talks to: its pool, the catalog, its workflows.</summary>
public sealed class JobLinks(JobActors actors, DaprWorkflowClient workflows)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A pool.</summary>
    public IEnginePoolActor Pool(string id) => actors.Pool(id);

    /// <summary>The catalog of a tenant's day.</summary>
    public ICatalogActor Catalog(string tenant, DateTimeOffset day) => actors.Day(tenant, DateOnly.FromDateTime(day.UtcDateTime));

    /// <summary>Starts a job's workflow unless it runs.</summary>
    public async Task ScheduleAsync(string key, JobWorkflowInput input)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(JobEvents.JobWorkflow, key, input, startTime: null, deadline.Token);
        }
        catch (Exception error) when (error.Message.Contains("already exists", StringComparison.OrdinalIgnoreCase))
        {
            // An earlier try started it and did not live to note it.
        }
    }

    /// <summary>Raises an event. A workflow that has ended, or was never started, needs none.</summary>
    public async Task RaiseAsync(string instance, string name, object payload)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await workflows.RaiseEventAsync(instance, name, payload, deadline.Token);
        }
        catch (Exception error) when (error.Message.Contains("no such instance", StringComparison.OrdinalIgnoreCase))
        {
            // Its group is sealed.
        }
    }
}
