using Dapr.Workflow;
using Serverless.Jobs;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;

namespace Serverless.Workflows.Activities;

/// <summary>What a job's workflow tells the job.</summary>
public sealed record EnterInput(string Key, JobStep Step);

/// <summary>Tells the job's actor what its workflow has entered or learned.</summary>
public sealed class EnterActivity(JobActors actors) : WorkflowActivity<EnterInput, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, EnterInput input)
    {
        await actors.Job(JobKey.Parse(input.Key)).EnterAsync(input.Step);
        return true;
    }
}
