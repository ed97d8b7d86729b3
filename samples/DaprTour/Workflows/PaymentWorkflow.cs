using Dapr.Workflow;

namespace Serverless.DaprTour.Workflows;

/// <summary>An amount that a traveller pays.</summary>
public sealed record Payment(string Traveller, int Amount);

/// <summary>A child workflow that tries again, with durable timers between the attempts.</summary>
public sealed class PaymentWorkflow : Workflow<Payment, string>
{
    /// <inheritdoc />
    public override async Task<string> RunAsync(WorkflowContext context, Payment input)
    {
        var policy = new WorkflowRetryPolicy(maxNumberOfAttempts: 4, firstRetryInterval: TimeSpan.FromMilliseconds(200), backoffCoefficient: 2);
        try
        {
            return await context.CallActivityAsync<string>(nameof(ChargeActivity), new Charge(context.InstanceId, input), new WorkflowTaskOptions(policy));
        }
        catch (WorkflowTaskFailedException error)
        {
            return $"refused: {error.FailureDetails.ErrorMessage}";
        }
    }
}
