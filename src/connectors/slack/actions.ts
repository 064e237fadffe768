/** What can be done in Slack once. */
import { archiveChannel, createChannel, inviteUser } from "./channel-actions.ts";
import { uploadFile } from "./files.ts";
import { addReaction, sendMessage, updateMessage } from "./messages.ts";
import { setPresence, setStatus } from "./presence.ts";

export const actions = {
  send_message: sendMessage,
  update_message: updateMessage,
  add_reaction: addReaction,
  create_channel: createChannel,
  archive_channel: archiveChannel,
  invite_user: inviteUser,
  upload_file: uploadFile,
  set_status: setStatus,
  set_presence: setPresence,
};
