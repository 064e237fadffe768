/**
 * The names of what Slack sends: the Events API's event types (docs.slack.dev/reference/events), interactions
 * (docs.slack.dev/reference/interaction-payloads) and slash commands. An event type that is missing here is taken in
 * all the same.
 */

/** Types of the Events API; each comes as `event` inside an envelope. */
const eventTypes = `
  app_deleted app_home_opened app_installed app_mention app_requested app_uninstalled app_uninstalled_team
  assistant_thread_context_changed assistant_thread_started call_rejected
  channel_archive channel_created channel_deleted channel_history_changed channel_id_changed channel_left
  channel_rename channel_shared channel_unarchive channel_unshared
  dnd_updated dnd_updated_user email_domain_changed emoji_changed
  file_change file_comment_deleted file_created file_deleted file_public file_shared file_unshared
  function_executed grid_migration_finished grid_migration_started
  group_archive group_close group_deleted group_history_changed group_left group_open group_rename group_unarchive
  im_close im_created im_history_changed im_open invite_requested link_shared
  member_joined_channel member_left_channel message message_metadata_deleted message_metadata_posted
  message_metadata_updated pin_added pin_removed reaction_added reaction_removed
  shared_channel_invite_accepted shared_channel_invite_approved shared_channel_invite_declined
  shared_channel_invite_received shared_channel_invite_requested star_added star_removed
  subteam_created subteam_members_changed subteam_self_added subteam_self_removed subteam_updated
  team_access_granted team_access_revoked team_domain_change team_join team_rename tokens_revoked
  user_change user_huddle_changed user_profile_changed user_status_changed
`
  .trim()
  .split(/\s+/);

/** What people do with what an app shows. */
export const interactions: readonly string[] = [
  "block_actions",
  "message_action",
  "shortcut",
  "view_closed",
  "view_submission",
];

/** The name that slash commands go by. */
export const SLASH_COMMAND = "slash_command";

/** Slack's own notice that it holds events back; it comes without an envelope. */
export const RATE_LIMITED = "app_rate_limited";

/** The names of all events. */
export const names: readonly string[] = [...eventTypes, RATE_LIMITED, ...interactions, SLASH_COMMAND];

/** An envelope is about its `event`. */
export const main: Readonly<Record<string, string>> = Object.fromEntries(eventTypes.map((type) => [type, "event"]));
