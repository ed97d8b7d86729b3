using Serverless.Contracts.Errors;
using Serverless.Processing.Rows;
using Serverless.Processing.Specs;
using Serverless.Processing.Templates;

namespace Serverless.Processing.Tests;

public sealed class JobFileTests
{
    const string Haiku = """
        # The smallest job.
        name: haiku
        model:
          source: m
        input:
          items: [a, 7, "7", no, ~x]
        preprocess:
          messages:
            - role: user
              content: "{{ row.item }}"
          sampling_params: {temperature: 0.3, stop: ["\n"], max_tokens: "{{ row.tokens }}"}
        output: {uri: out}
        """;

    [Fact]
    public void Yaml_scalars_are_what_the_core_schema_says()
    {
        var spec = JobFile.Parse(Haiku, "haiku.yaml");
        spec.Input.Items!.Select(item => item.ToString()).ShouldBe(["a", "7", "7", "no", "~x"]);
        spec.Input.Items![1].ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Number);
        spec.Input.Items[2].ValueKind.ShouldBe(System.Text.Json.JsonValueKind.String);
    }

    [Fact]
    public void Whole_numbers_of_yaml_are_numbers_of_every_size()
    {
        var spec = JobFile.Parse(Haiku + "\nbatch_size: 64\nmax_attempts: 3", "haiku.yaml");
        (spec.BatchSize, spec.MaxAttempts).ShouldBe((64, 3));
        Should.Throw<JobException>(() => JobFile.Parse(Haiku + "\nbatch_size: 5000000000", "haiku.yaml")).Message.ShouldContain("batch_size");
    }

    [Theory]
    [InlineData("content: \"{{ row.item }}\"", "contents: x", "haiku.yaml:10: preprocess.messages[0].contents: unknown field \"contents\"; did you mean \"content\"?")]
    [InlineData("content: \"{{ row.item }}\"", "contents: x", "haiku.yaml:9: preprocess.messages[0]: the field \"content\" is missing")]
    [InlineData("content: \"{{ row.item }}\"", "content: \"{{ row.item }\"", "haiku.yaml:10: preprocess.messages[0].content: the template cannot be read: line 1")]
    [InlineData("  source: m", "  source: m\n  enigne: local", "haiku.yaml:5: model.enigne: unknown field \"enigne\"; did you mean \"engine\"?")]
    [InlineData("temperature: 0.3", "temprature: 0.3", "haiku.yaml:11: preprocess.sampling_params.temprature: unknown field \"temprature\"; did you mean \"temperature\"?")]
    [InlineData("temperature: 0.3", "temperature: hot", "haiku.yaml:11: preprocess.sampling_params: sampling_params.temperature: expected a number, found the text \"hot\"")]
    [InlineData("name: haiku", "name: haiku\nname: twice", "haiku.yaml:3: ")]
    [InlineData("model:", "model: [", "haiku.yaml:")]
    public void What_is_wrong_is_told_with_file_and_line(string old, string wrong, string message)
    {
        var error = Should.Throw<JobException>(() => JobFile.Parse(Haiku.Replace(old, wrong, StringComparison.Ordinal), "haiku.yaml"));
        error.Code.ShouldBe(ErrorCodes.InvalidSpec);
        error.Message.Split('\n').ShouldContain(line => line.StartsWith(message, StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public void Json_files_have_lines_too()
    {
        const string Json = """
            {
              // A comment.
              "model": {"source": "m"},
              "input": {"items": ["a"]},
              "preprocess": {
                "messages": [
                  {"role": "user", "content": "x"},
                  {"role": "user",
                   "kontent": "x"}
                ]
              },
              "output": {"uri": "out"}
            }
            """;
        var error = Should.Throw<JobException>(() => JobFile.Parse(Json, "job.json"));
        error.Message.Split('\n').ShouldBe([
            "job.json:9: preprocess.messages[1].kontent: unknown field \"kontent\"; did you mean \"content\"?",
            "job.json:8: preprocess.messages[1]: the field \"content\" is missing",
        ]);
        var syntax = Should.Throw<JobException>(() => JobFile.Parse("{\n  \"a\": 1,,\n}", "job.json")).Message;
        syntax.ShouldStartWith("job.json:2: ");
        syntax.ShouldNotContain("LineNumber");
    }

    [Theory]
    [InlineData("flow")]
    [InlineData("block")]
    [InlineData("alias")]
    public void Yaml_that_nests_without_end_is_an_error(string kind)
    {
        var yaml = kind switch
        {
            "flow" => "name: " + new string('[', 100_000),
            "block" => string.Concat(Enumerable.Repeat("- ", 100_000)) + "x",
            _ => "name: &a [*a]",
        };
        Should.Throw<JobException>(() => JobFile.Parse(yaml, "job.yaml")).Message.ShouldStartWith("job.yaml:1: ");
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Should.Throw<JobException>(() => JobFile.Read("/no/such/job.yaml")).Message.ShouldStartWith("the job file /no/such/job.yaml cannot be read");

    [Fact]
    public void A_folder_is_no_job_file() =>
        Should.Throw<JobException>(() => JobFile.Read(Path.GetTempPath())).Message.ShouldContain("is a folder");

    [Fact]
    public void The_example_of_the_documentation_is_a_job()
    {
        var page = File.ReadAllText(Clone.PathOf("docs", "job-file.md"));
        var yaml = page.Split("```yaml\n")[1].Split("```")[0];
        JobFile.Parse(yaml, "job-file.md").Name.ShouldBe("tickets");
    }

    [Fact]
    public void Environment_variables_stay_text()
    {
        var spec = JobFile.Parse(Haiku.Replace("source: m", "source: $HOME/m", StringComparison.Ordinal), "haiku.yaml");
        spec.Model.Source.ShouldBe("$HOME/m");
    }

    [Fact]
    public void Sampling_parameters_may_come_from_the_row()
    {
        var program = Program(Haiku);
        var prompt = program.Preprocess(Row.Of(("item", "a"), ("tokens", 12)));
        prompt.SamplingParams!.MaxTokens.ShouldBe(12);
        prompt.SamplingParams.Temperature.ShouldBe(0.3f);
        prompt.SamplingParams.Stop.ShouldBe(["\n"]);
        var error = Should.Throw<RowException>(() => program.Preprocess(Row.Of(("item", "a"), ("tokens", "many"))));
        error.Message.ShouldBe("sampling_params.max_tokens: expected a whole number, found the text \"many\"");
    }

    [Theory]
    [InlineData("{{ row.item }}", "a {{ b }}", "a {{ b }}")]
    [InlineData("{{ row.missing }}", "a", "missing_column")]
    [InlineData("x {{ row.missing }}", "a", "missing_column")]
    [InlineData("{{ row.item.missing }}", "a", "template")]
    [InlineData("{{ row.missing | default('none') }}", "a", "none")]
    [InlineData("{{ row['item'] }}", "a", "a")]
    [InlineData("{{ row.item | upper }}!", "a", "A!")]
    [InlineData("{% for i in range(3) %}{{ i }}{% endfor %}", "a", "012")]
    [InlineData("{{ row.item }}", null, "missing_column")]
    [InlineData("{{ row.item or 'none' }}", null, "none")]
    public void A_template_gives_text_or_the_rows_error(string template, string? item, string expected)
    {
        var row = Row.Of(("item", item));
        string actual;
        try
        {
            actual = ColumnTemplate.Parse(template).Text(row);
        }
        catch (RowException e)
        {
            actual = e.Code;
        }

        actual.ShouldBe(expected);
    }

    static TemplateProgram Program(string yaml)
    {
        var program = TemplateProgram.Parse(JobFile.Parse(yaml, "job.yaml"), out var errors);
        errors.ShouldBeEmpty();
        return program;
    }
}
