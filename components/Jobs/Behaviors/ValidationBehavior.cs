using MediatR;
using Serverless.Contracts.Validation;
using Serverless.Jobs.Commands;
using Serverless.Jobs.Webhooks;
using Serverless.Processing.Specs;

namespace Serverless.Jobs.Behaviors;

/// <summary>Checks a spec before anything is written: its fields, its templates, what the tenant may use, whom it notifies. All errors at once.</summary>
public sealed class ValidationBehavior(JobsOptions options, WebhookSender webhooks) : IPipelineBehavior<SubmitJob, SubmitResult>
{
    /// <inheritdoc />
    public async Task<SubmitResult> Handle(SubmitJob command, CancellationToken cancellationToken, RequestHandlerDelegate<SubmitResult> next)
    {
        List<SpecError> errors = [.. JobFile.Validate(command.Spec), .. options.PolicyOf(command.Tenant).Check(command.Spec)];
        if (command.Spec.Notify?.Webhook is { } address && webhooks.Refusal(address) is { } refusal)
        {
            errors.Add(new SpecError("notify.webhook", refusal));
        }

        return errors.Count > 0 ? new SubmitResult([.. errors.Distinct()], null) : await next();
    }
}
