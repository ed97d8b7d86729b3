using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Jobs;
using Serverless.Processing.Jobs;

namespace Serverless.Workflows.Activities;

/// <summary>What activities have in common: the job's steps over its spec, and the errors that end a job as values.</summary>
public sealed class Step(JobRunnerOptions options)
{
    private readonly PlanCache _plans = new();

    /// <summary>Runs a step. An error that may pass is thrown, so that the workflow's retry policy tries again.</summary>
    public async Task<StepResult<T>> RunAsync<T>(string specUri, Func<JobSteps, CancellationToken, Task<T>> body)
    {
        return await GuardAsync(async () =>
        {
            await using var steps = JobSteps.Open(await SpecStore.ReadAsync(specUri, CancellationToken.None), options, _plans);
            return await body(steps, CancellationToken.None);
        });
    }

    /// <summary>Runs something that is no step over the output folder.</summary>
    public static async Task<StepResult<T>> GuardAsync<T>(Func<Task<T>> body)
    {
        try
        {
            return new StepResult<T>(await body(), null);
        }
        catch (JobException error) when (error.Class is not ErrorClass.Transient)
        {
            return new StepResult<T>(default, new JobErrorResource(error.Code, error.Message));
        }
    }
}
